import Foundation
import Glibc
import Reporting

/// Standard output holds data, standard error messages. What cannot be written is an error, not silence.
enum Output {
  /// Writes a line of data.
  static func print(_ text: String) throws {
    let style = style
    // Marks of our own; a terminal of another locale would show something else. What goes to a file or program is not touched.
    let text = isatty(STDOUT_FILENO) == 1 && !style.isUnicode ? text.replacing("…", with: "~") : text
    try write(Array((text + "\n").utf8), to: STDOUT_FILENO)
  }

  /// Writes data as it is.
  static func write(_ bytes: [UInt8]) throws {
    try write(bytes, to: STDOUT_FILENO)
  }

  /// Writes a message for people. When nobody can read it, nothing is lost.
  static func say(_ text: String) {
    Console.shared.say(Message(text))
  }

  /// Writes to standard error as it is: for ``Console`` alone.
  static func send(_ text: String) {
    guard !text.isEmpty else { return }
    try? write(Array(text.utf8), to: STDERR_FILENO)  // standard error is closed or full: there is no better place to say so
  }

  /// A document for programs: keys sorted and always there, one per command, also on failure.
  static func json(_ value: some Encodable) throws {
    try write(Array(try JSONValue(encoding: value).documentText.utf8))
  }

  /// Everything was written with write(2) and checked there.
  static func flush() throws {}

  /// The width of the terminal on standard output; nil when it is none.
  static var width: Int? {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return nil }
    return Int(size.ws_col)
  }

  /// What standard output can show.
  static var style: TerminalStyle {
    let environment = ProcessInfo.processInfo.environment
    return ConsoleOptions(arguments: CommandLine.arguments, environment: environment).style(of: STDOUT_FILENO, environment)
  }

  /// Whether a stream takes colour.
  static func isColoured(_ descriptor: Int32) -> Bool {
    descriptor == STDERR_FILENO ? Console.shared.style.isColoured && !Console.shared.format.isJSON : style.isColoured
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written) }
      if count > 0 {
        written += count
      } else if errno == EAGAIN {
        // Another program made the terminal or pipe that we share non-blocking; wait until it takes more.
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&waiting, 1, -1)
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
