/// Texts in which some characters are written as several.
enum EscapedText {
  /// A line, escaped, in parts that are short enough. It is cut between characters, never inside what stands for one.
  static func slices(of line: String, unitsMax: Int, _ escaped: (String) -> String) -> [String] {
    let whole = escaped(line)
    guard whole.utf16.count > unitsMax else { return [whole] }
    var (parts, current, count) = ([String](), "", 0)
    for character in line {
      let text = escaped(String(character))
      let size = text.utf16.count
      if count + size > unitsMax {
        parts.append(current)
        (current, count) = ("", 0)
      }
      current += text
      count += size
    }
    return parts + [current]
  }
}
