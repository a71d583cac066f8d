/// Makes text from outside fit to be shown: what cannot be seen, or would change how its neighbours are read, is written out.
public enum VisibleText {
  /// The text with each control, format (bidi overrides, zero-width), private, unassigned and separator character written as
  /// `[U+202E]`. A line end or tab becomes a space.
  ///
  /// A combining character that would melt with markup (`<` followed by U+0338) is written out too: an escaper that walks over
  /// whole characters would not see the `<` any more.
  /// - Complexity: O(*n*); plain ASCII is returned as it is.
  public static func shown(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var result = ""
    result.reserveCapacity(text.utf8.count + 16)
    for character in text {
      let melts = character.unicodeScalars.count > 1 && character.unicodeScalars.contains(where: isMarkup)
      for scalar in character.unicodeScalars {
        if scalar == "\n" || scalar == "\t" {
          result.append(" ")
        } else if scalar != "\r" || character == "\r" {
          if isHidden(scalar) || (melts && !isMarkup(scalar)) {
            result += code(of: scalar)
          } else {
            result.unicodeScalars.append(scalar)
          }
        }
      }
    }
    return result
  }

  /// `[U+202E]`
  static func code(of scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "[U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "]"
  }

  private static func isMarkup(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "<", ">", "&", "\"", "'": true
    default: false
    }
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
