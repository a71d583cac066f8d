import Foundation
import JobGraph
import Reporting
import Running
import Scheduling

/// Standard error: every message goes through here, in one write, so that none tears another or the changing lines of a run apart.
final class Console: Sendable {
  static let shared = Console(arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment)

  let isTerminal: Bool
  let style: TerminalStyle
  let format: LogFormat
  /// Whether `--log-format` or JOBS_LOG_FORMAT asked for a format.
  let isFormatGiven: Bool

  private let lock = NSLock()
  /// The changing lines as they stand on the screen.
  nonisolated(unsafe) private var drawn: [String] = []
  nonisolated(unsafe) private var about: (run: RunID, job: String)?
  nonisolated(unsafe) private var tail: LogTail?

  private init(arguments: [String], environment: [String: String]) {
    let given = ConsoleOptions(arguments: arguments, environment: environment)
    isTerminal = isatty(STDERR_FILENO) == 1
    style = given.style(of: STDERR_FILENO, environment)
    isFormatGiven = given.logFormat != nil
    var status = stat()
    let descriptor = fstat(STDERR_FILENO, &status) == 0 ? (UInt64(status.st_dev), UInt64(status.st_ino)) : nil
    format = LogFormat(
      isJSON: given.logFormat == .json, isJournal: LogFormat.isJournal(stream: environment["JOURNAL_STREAM"], descriptor: descriptor))
  }

  /// Whether lines may be drawn over: a terminal that can, and a format for people.
  var canRedraw: Bool { isTerminal && !format.isJSON && ProcessInfo.processInfo.environment["TERM"] != "dumb" }

  /// Says something for good. When nobody can read it, nothing is lost.
  /// - Parameter lines: the changing lines from now on; nil leaves them as they are.
  func say(_ message: Message, above lines: [String]? = nil) {
    lock.withLock {
      tail?.add(message.text)
      let text = format.text(of: shown(message), run: about?.run, job: about?.job, at: SystemTime().now())
      let new = lines ?? drawn
      Output.send(ScreenUpdate.bytes(replacing: drawn, by: new, message: text, width: size.columns))
      drawn = new
    }
  }

  /// Keeps a message for the tail of the log without showing it.
  /// - Parameter text: made only when somebody keeps it.
  func note(_ text: @autoclosure () throws -> String) rethrows {
    guard isKept else { return }
    let text = try text()
    lock.withLock { tail?.add(text) }
  }

  /// Puts other changing lines in the place of those that are there.
  func draw(_ lines: [String]) {
    lock.withLock {
      guard lines != drawn || lines.isEmpty else { return }
      if !drawn.isEmpty || !lines.isEmpty { Output.send(ScreenUpdate.bytes(replacing: drawn, by: lines, width: size.columns)) }
      drawn = lines
    }
  }

  /// What is said from now on belongs to a run.
  func begin(_ run: RunID, job: String) {
    lock.withLock { about = (run, job) }
  }

  /// From now on the last of what is said is kept.
  func keepTail() {
    lock.withLock { tail = LogTail() }
  }

  /// Whether anybody will ask for what was said.
  var isKept: Bool { lock.withLock { tail != nil } }

  var keptTail: String { lock.withLock { tail?.text ?? "" } }

  /// Columns and rows of the terminal; 80 × 24 where it does not tell.
  var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard isTerminal, ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// The word in front of the message in its colour.
  private func shown(_ message: Message) -> Message {
    guard style.isColoured, !format.isJSON else { return message }
    for (word, tone) in [("error:", TerminalStyle.Tone.bad), ("Error:", .bad), ("warning:", .warning)] where message.text.hasPrefix(word) {
      var message = message
      message.text = style.painted(word, tone) + message.text.dropFirst(word.count)
      return message
    }
    return message
  }
}

/// The last of what a run said, for those who are told of its end.
struct LogTail {
  static let bytesMax = 10_000
  private var lines: [String] = []
  private var bytes = 0

  mutating func add(_ text: String) {
    lines.append(text)
    bytes += text.utf8.count + 1
    while bytes > LogTail.bytesMax, lines.count > 1 {
      bytes -= lines[0].utf8.count + 1
      lines.removeFirst()
    }
  }

  var text: String { lines.joined(separator: "\n") }
}

/// How text shall look: options of every command, read from the command line before it is parsed, so that a mistake in it looks so too.
struct ConsoleOptions {
  enum LogFormatChoice: String, CaseIterable { case text, json }
  enum ColourWord: String, CaseIterable { case auto, always, never }

  var colour = TerminalStyle.ColourChoice.auto
  var logFormat: LogFormatChoice?

  init(arguments: [String], environment: [String: String]) {
    logFormat = environment["JOBS_LOG_FORMAT"].flatMap { LogFormatChoice(rawValue: $0) }
    var rest = arguments.dropFirst().prefix { $0 != "--" }
    while let word = rest.popFirst() {
      guard word.hasPrefix("--color") || word.hasPrefix("--log-format") else { continue }
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard let value = parts.count == 2 ? parts[1] : rest.first else { continue }
      // A value that is none of them is refused by the parser.
      if parts[0] == "--color" { colour = TerminalStyle.ColourChoice(rawValue: value) ?? colour }
      if parts[0] == "--log-format" { logFormat = LogFormatChoice(rawValue: value) ?? logFormat }
    }
  }

  func style(of descriptor: Int32, _ environment: [String: String]) -> TerminalStyle {
    let isTerminal = isatty(descriptor) == 1
    return TerminalStyle(
      isColoured: TerminalStyle.isColoured(choice: colour, environment: environment, isTerminal: isTerminal),
      isUnicode: isTerminal && TerminalStyle.isUnicode(environment: environment))
  }
}
