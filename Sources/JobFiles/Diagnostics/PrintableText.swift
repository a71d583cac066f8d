extension String {
  /// The text with everything escaped that could move a cursor, colour a terminal, break a line or turn the direction of writing:
  /// `\u{1B}`, `\u{202E}`. A tab becomes one space, so that a caret below it stays right.
  var printable: String {
    guard unicodeScalars.contains(where: \.isUnprintable) else { return self }
    var result = ""
    for scalar in unicodeScalars {
      if scalar == "\t" {
        result += " "
      } else if scalar.isUnprintable {
        result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Unicode.Scalar {
  fileprivate var isUnprintable: Bool {
    if value >= 0x20 && value < 0x7F { return false }
    return switch properties.generalCategory {
    // The zero-width joiners belong to emoji and to several scripts.
    case .format: value != 0x200C && value != 0x200D
    case .control, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
