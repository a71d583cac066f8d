/// Lines that are too long for a terminal, broken between words.
public enum HangingText {
  /// The text in lines of at most `width` columns; a word that is longer stands alone and is not cut.
  ///
  /// - Parameters:
  ///   - width: nil (a pipe, a file) breaks nothing.
  ///   - indent: where the second line and those after it begin; at most half the width.
  /// - Complexity: O(*n*).
  public static func wrapped(_ text: String, width: Int?, indent: Int = 0) -> String {
    guard let width, DisplayWidth.of(text) > width else { return text }
    let margin = String(repeating: " ", count: max(0, min(indent, width / 2)))
    var (lines, line, gap, column) = ([String](), "", "", 0)
    for piece in pieces(of: text) {
      if piece.first == " " {
        gap = piece
        continue
      }
      let length = DisplayWidth.of(piece)
      if column + gap.count + length > width, !line.isEmpty {
        lines.append(line)
        (line, column) = (margin + piece, margin.count + length)
      } else {
        line += gap + piece
        column += gap.count + length
      }
      gap = ""
    }
    return (lines + [line]).joined(separator: "\n")
  }

  /// Words and the gaps between them, in turn.
  private static func pieces(of text: String) -> [String] {
    var pieces: [String] = []
    for character in text {
      if let last = pieces.last?.first, (last == " ") == (character == " ") {
        pieces[pieces.count - 1].append(character)
      } else {
        pieces.append(String(character))
      }
    }
    return pieces
  }
}
