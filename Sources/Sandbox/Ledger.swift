import Foundation
import Scheduling

/// The file of answered requests, one JSON object per line. Each line is one write to a file opened for appending, so a killed process
/// leaves at most its last line torn.
struct Ledger: ~Copyable {
  private let descriptor: Int32
  let path: String

  /// Opens the file, which is made when it is missing, and ends a torn last line.
  init(path: String) throws(SandboxError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .ledger(path: path, reason: String(cString: strerror(errno))) }
    let end = lseek(descriptor, 0, SEEK_END)
    var last = UInt8(ascii: "\n")
    if end > 0, pread(descriptor, &last, 1, end - 1) == 1, last != UInt8(ascii: "\n") { try append([UInt8(ascii: "\n")]) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Writes a line down before its answer is sent.
  func append(_ line: [UInt8]) throws(SandboxError) {
    let written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard written == line.count else { throw .ledger(path: path, reason: String(cString: strerror(errno))) }
  }

  /// How many Alpha Vantage requests were answered on each day of New York.
  static func usedDays(path: String) throws(SandboxError) -> [CivilDate: Int] {
    guard FileManager.default.fileExists(atPath: path) else { return [:] }
    let text: Data
    do {
      text = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw .ledger(path: path, reason: "\(error)")
    }
    var used: [CivilDate: Int] = [:]
    let decoder = JSONDecoder()
    for line in text.split(separator: UInt8(ascii: "\n")) {
      // A line that a killed process tore is no answered request.
      guard let entry = try? decoder.decode(Entry.self, from: Data(line)), entry.provider == "alphavantage", entry.weight > 0,
        let at = Instant(iso8601: entry.at)
      else { continue }
      used[NewYork.date(at: at), default: 0] += 1
    }
    return used
  }

  private struct Entry: Decodable {
    let at: String
    let provider: String
    let weight: Int
  }

  /// The line of one request; the key's value is left out.
  static func line(_ request: Request, status: Int, weight: Int, bytes: Int, at now: Instant) -> [UInt8] {
    var writer = ByteWriter()
    writer.string(
      "{\"at\":\"\(now.iso8601)\",\"provider\":\"\(request.provider.rawValue)\",\"path\":\"\(escaped(request.path))\",\"query\":\"")
    for (index, parameter) in request.parameters.enumerated() {
      if index > 0 { writer.text("&") }
      writer.string(escaped(parameter.name) + "=" + (parameter.name == "apikey" ? "redacted" : escaped(parameter.value)))
    }
    writer.string("\",\"status\":\(status),\"weight\":\(weight),\"bytes\":\(bytes)}\n")
    return writer.bytes
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 0x20: result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
