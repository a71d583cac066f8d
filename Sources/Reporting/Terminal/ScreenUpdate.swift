/// What to send to a terminal so that changing lines are replaced in one write, without a flicker.
public enum ScreenUpdate {
  /// - Parameters:
  ///   - old: the lines that stand above the cursor, as they were drawn.
  ///   - message: lines that stay, ended by a line feed each; empty for none.
  ///   - new: the lines that stand below them afterwards; the cursor is then at the start of the line under them.
  ///   - width: columns of the terminal now. Where it has become narrower, a drawn line takes several rows.
  public static func bytes(replacing old: [String], by new: [String], message: String = "", width: Int) -> String {
    guard !old.isEmpty else { return message + new.map { $0 + "\n" }.joined() }
    let rows = old.reduce(0) { $0 + max(1, (columns(of: $1) + width - 1) / max(1, width)) }
    var text = "\r\u{1B}[\(rows)A"
    if message.isEmpty {
      // The old text is written over; only what it had more is erased.
      text += new.map { "\($0)\u{1B}[K\n" }.joined() + "\u{1B}[J"
    } else {
      text += "\u{1B}[J" + message + new.map { $0 + "\n" }.joined()
    }
    return text
  }

  /// The columns of a line; a colour takes none.
  static func columns(of line: String) -> Int {
    guard line.contains("\u{1B}") else { return DisplayWidth.of(line) }
    var (plain, isInside) = ("", false)
    for character in line {
      if character == "\u{1B}" { isInside = true }
      if !isInside { plain.append(character) }
      if character == "m" { isInside = false }
    }
    return DisplayWidth.of(plain)
  }
}
