/// Why a text is no condition: a fact, and the part of the text that it is about.
public struct ConditionDefect: Error, Sendable, Equatable {
  public enum Fact: Sendable, Equatable {
    /// Something stands where something else must; empty for the end of the text.
    case unexpected(String, wanted: String)
    /// No column has this name.
    case unknownName(String)
    /// The number behind a name is not in its range.
    case period(name: String, least: Int, most: Int)
    /// The column has a value at the last bar only, so no rule can be tried on it.
    case lastBarOnly(String)
    /// Numbers of two kinds that cannot be compared or added.
    case kinds(String, String)
    /// A number stands where something true or false must, or the other way round.
    case wrongType(wanted: String)
    /// A word that is none of those behind `is`.
    case unknownWord(String, of: [String])
    case tooLong(limit: Int)
    case tooDeep(limit: Int)
    /// It names no column, so it never changes.
    case constant
  }

  public let fact: Fact
  /// The part of the text, in bytes from its beginning.
  public let range: Range<Int>
}

extension ConditionDefect: CustomStringConvertible {
  public var description: String {
    switch fact {
    case .unexpected("", let wanted): "the condition ends where \(wanted) must stand"
    case .unexpected(let text, let wanted): "`\(text)` stands where \(wanted) must"
    case .unknownName(let name): "there is no column `\(name)`"
    case .period(let name, let least, let most): "`\(name)` has a number that must be \(least) to \(most)"
    case .lastBarOnly(let name): "`\(name)` has a value at the last bar only, so no rule can be tried on it"
    case .kinds(let left, let right): "\(left) and \(right) cannot be compared, added or subtracted"
    case .wrongType(let wanted): "this must be \(wanted)"
    case .unknownWord(let word, let known): "`\(word)` is none of \(known.joined(separator: ", "))"
    case .tooLong(let limit): "the condition has more than \(limit) characters"
    case .tooDeep(let limit): "the condition is nested more than \(limit) deep"
    case .constant: "the condition names no column, so it never changes"
    }
  }
}
