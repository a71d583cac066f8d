/// Texts in which some characters are written as several.
enum EscapedText {
  /// A line, escaped, in parts that are short enough. It is cut between characters, never inside what stands for one; only a character that
  /// is too long by itself (a letter under a pile of accents) is cut between its scalars.
  static func slices(of line: String, unitsMax: Int, _ escaped: (String) -> String) -> [String] {
    let whole = escaped(line)
    guard whole.utf16.count > unitsMax else { return [whole] }
    var (parts, current, count) = ([String](), "", 0)
    func add(_ text: String) {
      let size = text.utf16.count
      if count + size > unitsMax, !current.isEmpty {
        parts.append(current)
        (current, count) = ("", 0)
      }
      current += text
      count += size
    }
    for character in line {
      let text = escaped(String(character))
      if text.utf16.count <= unitsMax {
        add(text)
      } else {
        for scalar in character.unicodeScalars { add(escaped(String(scalar))) }
      }
    }
    return parts + [current]
  }

  /// A text, escaped; where it is too long the rest is replaced by a mark.
  static func cut(_ text: String, unitsMax: Int, _ escaped: (String) -> String) -> String {
    let whole = escaped(text)
    return whole.utf16.count <= unitsMax ? whole : slices(of: text, unitsMax: unitsMax - 1, escaped)[0] + "…"
  }
}
