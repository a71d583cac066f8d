extension String {
  /// The text with another one in the place of a scalar, wherever it stands: also before a mark that would join it to another character,
  /// which `replacing(_:with:)` passes over.
  func replacing(_ scalar: Unicode.Scalar, with text: String) -> String {
    var result = String.UnicodeScalarView()
    for one in unicodeScalars {
      if one == scalar { result.append(contentsOf: text.unicodeScalars) } else { result.append(one) }
    }
    return String(result)
  }
}

extension StringProtocol {
  /// The text as one line for messages: control and format characters become spaces, the rest is cut after `lengthMax` characters.
  func printable(_ lengthMax: Int) -> String {
    var line = String.UnicodeScalarView()
    var isAfterBlank = true
    for scalar in unicodeScalars.prefix(lengthMax * 4) {
      let isBlank = scalar.properties.isWhitespace || !scalar.isShown
      if isBlank && isAfterBlank { continue }
      line.append(isBlank ? " " : scalar)
      isAfterBlank = isBlank
    }
    let shown = String(line)
    return shown.count <= lengthMax ? shown : String(shown.prefix(lengthMax)) + "…"
  }

  /// Percent-encoded for a query or a path segment: everything but letters, digits and `-._~`.
  func percentEncoded() -> String {
    var result = ""
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += digits.count == 1 ? "%0" + digits : "%" + digits
      }
    }
    return result
  }
}

extension Unicode.Scalar {
  fileprivate var isShown: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}
