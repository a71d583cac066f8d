import Foundation
import Glibc

/// Standard output holds data, standard error messages. What cannot be written is an error, not silence.
enum Output {
  /// Writes a line of data.
  static func print(_ text: String) throws {
    try write(Array((text + "\n").utf8), to: STDOUT_FILENO)
  }

  /// Writes data as it is.
  static func write(_ bytes: [UInt8]) throws {
    try write(bytes, to: STDOUT_FILENO)
  }

  /// Writes a message for people. When nobody can read it, nothing is lost.
  static func say(_ text: String) {
    try? write(Array((text + "\n").utf8), to: STDERR_FILENO)  // standard error is closed or full: there is no better place to say so
  }

  /// Writes to the terminal as it is; when nobody can read it, nothing is lost.
  static func draw(_ text: String) {
    try? write(Array(text.utf8), to: STDERR_FILENO)  // the terminal is gone: there is nothing to draw on
  }

  /// A document for programs: keys sorted, one per command, also on failure.
  static func json(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    try print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// Everything was written with write(2) and checked there.
  static func flush() throws {}

  /// The width of the terminal on standard output; nil when it is none.
  static var width: Int? {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return nil }
    return Int(size.ws_col)
  }

  /// Colour only where a person sees it, and never with NO_COLOR.
  static func isColoured(_ descriptor: Int32) -> Bool {
    let environment = ProcessInfo.processInfo.environment
    if let value = environment["NO_COLOR"], !value.isEmpty { return false }
    return isatty(descriptor) == 1 && environment["TERM"] != "dumb"
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written) }
      if count > 0 {
        written += count
      } else if errno != EINTR {
        throw OutputError(code: errno)
      }
    }
  }
}

/// Standard output takes no more.
struct OutputError: Error, CustomStringConvertible {
  let code: Int32

  /// The reader has gone away: not worth a word.
  var isClosedPipe: Bool { code == EPIPE }

  var description: String { "standard output cannot be written: \(String(cString: strerror(code)))" }
}
