import Foundation

extension Project {
  /// Runs a command on a terminal of its own.
  /// - Returns: how it ended; `out` is everything that the terminal was sent, on either stream.
  func onTerminal(_ arguments: [String], columns: Int = 80, rows: Int = 24, environment: [String: String] = [:]) async throws
    -> Program.Ended
  {
    // script(1) makes the terminal, and ends with the status of the command.
    let line = #"stty cols \#(columns) rows \#(rows); exec "$@""#
    let quoted = (["sh", "-c", line, "sh", try Program.path.get()] + arguments).map { "'\($0.replacing("'", with: "'\\''"))'" }
    let clean = ["TERM": "xterm-256color", "COMMAND": quoted.joined(separator: " ")].merging(environment) { $1 }
    return try await start([], environment: clean, shell: #"exec script -qec "$COMMAND" /dev/null"#).end()
  }
}

/// What a person sees of what a terminal was sent: the lines that stand there at the end, as far as our own sequences go.
struct Screen {
  private(set) var lines: [String] = [""]
  /// The widest line that ever stood there.
  private(set) var widthMax = 0
  private var row = 0

  init(_ bytes: String) {
    var rest = bytes.replacing("\r\n", with: "\n")[...]
    while let character = rest.first {
      if let escape = rest.prefixMatch(of: /\u{1B}\[([0-9]*)([A-Zm])/) {
        rest = rest[escape.range.upperBound...]
        switch escape.2 {
        case "A": row = max(0, row - (Int(escape.1) ?? 1))
        case "J": lines = Array(lines[...row])
        default: break
        }
        continue
      }
      rest.removeFirst()
      switch character {
      case "\n":
        row += 1
        if row == lines.count { lines.append("") }
        isNew = true
      case "\r": isNew = true
      default:
        if isNew { lines[row] = "" }
        isNew = false
        lines[row].append(character)
        widthMax = max(widthMax, lines[row].count)
      }
    }
  }

  /// Whether the next character overwrites the line.
  private var isNew = true
}
