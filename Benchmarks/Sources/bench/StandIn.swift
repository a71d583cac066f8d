import Foundation

/// `jobs sandbox` as a process of its own: what a night costs without the server in it.
final class StandIn {
  private let process = Process()
  /// `binance` and `alphavantage`, by their addresses.
  private(set) var addresses: [String: String] = [:]

  /// Returns when it answers.
  /// - Parameter date: the day at which its clock starts.
  init(_ bench: Workbench, date: String) throws {
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: bench.jobs)
    // Sixty times as fast as real time, as in `jobs run --sandbox`: a minute's weight comes back in a second.
    process.arguments = ["sandbox", "--date", date, "--scale", "60"]
    process.currentDirectoryURL = URL(fileURLWithPath: bench.meter.scratch)
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var text = ""
    while addresses.count < 2 {
      let part = output.fileHandleForReading.availableData
      guard !part.isEmpty else { throw BenchmarkError("`jobs sandbox` ended before it had said where it is: \(text)") }
      text += String(decoding: part, as: UTF8.self)
      guard text.hasSuffix("\n") else { continue }
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        if words.count == 2, words[0].hasSuffix(":") { addresses[String(words[0].dropLast())] = String(words[1]) }
      }
    }
  }

  func stop() {
    process.terminate()
    process.waitUntilExit()
  }
}
