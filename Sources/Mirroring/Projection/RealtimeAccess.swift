/// Who may see what of the realtime database, and what its users may keep there. Only the mirror itself writes results.
public struct RealtimeAccess: Sendable, Hashable {
  public var projection: Projection
  /// In the order of the file.
  public var roles: [Role]
  /// Nil: nobody has a place of their own.
  public var users: UserLimits?

  public init(projection: Projection, roles: [Role], users: UserLimits?) {
    (self.projection, self.roles, self.users) = (projection, roles, users)
  }

  /// Where a second tree of the same parts lies: readers are sent there while a large night is written into the first.
  static let copy = ["mirror", "copy"]
  /// What says which of the two trees to read.
  static let pointer = ["mirror", "current"]

  /// Those who have something in common, and what they may read.
  public struct Role: Sendable, Hashable {
    public var name: String
    public var who: Who
    public var reads: [ProjectedPart]

    public init(_ name: String, _ who: Who, reads: [ProjectedPart]) {
      (self.name, self.who, self.reads) = (name, who, reads)
    }
  }

  public enum Who: Sendable, Hashable {
    /// Even without a token.
    case anyone
    /// Whoever has a token.
    case signedIn
    /// Whose token has this claim with this value: a text, a number or a truth value.
    case claim(String, RealtimeValue)

    /// As a condition of the rules.
    var condition: String {
      switch self {
      case .anyone: return "true"
      case .signedIn: return "auth != null"
      case .claim(let name, let value): return "auth != null && \(Who.token(name)) === \(ConditionText.literal(value))"
      }
    }

    private static func token(_ claim: String) -> String {
      let isWord = claim.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95 }
      let isName = isWord && claim.utf8.first.map { !(48...57).contains($0) } == true && claim != "length"
      return isName ? "auth.token.\(claim)" : "auth.token[\(ConditionText.literal(.string(claim)))]"
    }
  }
}

/// Parts of conditions.
enum ConditionText {
  /// `'it\'s'`, `5`, `true`
  static func literal(_ value: RealtimeValue) -> String {
    guard case .string(let text) = value else { return RealtimeJSON.text(of: value) }
    var result = "'"
    for scalar in text.unicodeScalars {
      switch scalar {
      case "'", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 32 || scalar.value == 127:
        let hex = String(scalar.value, radix: 16)
        result += "\\x" + String(repeating: "0", count: 2 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "'"
  }

  /// A pattern of the whole numbers from 0 to below a limit, without leading zeros.
  static func pattern(ofNumbersBelow limit: Int) -> String {
    guard limit > 1 else { return "0" }
    let digits = Array(String(limit - 1).utf8).map { Int($0) - 48 }
    func digit(_ low: Int, _ high: Int) -> String { low == high ? "\(low)" : "[\(low)-\(high)]" }
    // All shorter numbers, then those that are as long: below the limit from some digit on, or equal to the last.
    var branches = [digit(0, digits.count == 1 ? digits[0] : 9)]
    guard digits.count > 1 else { return branches[0] }
    for length in stride(from: 2, to: digits.count, by: 1) { branches.append("[1-9]" + String(repeating: "[0-9]", count: length - 1)) }
    for (place, value) in digits.enumerated() {
      let left = digits.count - place - 1
      // With nothing but nines behind it, this digit may be as high as it is.
      let isLast = digits[(place + 1)...].allSatisfy { $0 == 9 }
      let (lowest, highest) = (place == 0 ? 1 : 0, isLast ? value : value - 1)
      if highest >= lowest {
        branches.append(digits[..<place].map(String.init).joined() + digit(lowest, highest) + String(repeating: "[0-9]", count: left))
      }
      if isLast { break }
    }
    return branches.joined(separator: "|")
  }
}
