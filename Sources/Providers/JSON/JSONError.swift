/// Where and why a body is no JSON.
public struct JSONError: Error, Sendable, Equatable {
  /// Bytes from the start of the body, the byte order mark included.
  public let offset: Int
  public let fact: Fact

  public enum Fact: Sendable, Equatable {
    /// The body stops inside a value: half an answer.
    case unexpectedEnd
    /// What was expected there, and the byte that was found.
    case unexpected(UInt8, expected: String)
    case controlCharacterInString(UInt8)
    /// An unknown escape, or half of a surrogate pair.
    case badEscape
    case invalidUTF8
    /// Not a number of JSON's grammar: `01`, `1.`, `.5`, `+5`.
    case badNumber
    case tooDeep(depthMax: Int)
    case duplicateKey(String)
    case trailingBytes
    case tooManyRows(rowsMax: Int)
    case tooManyKeys(keysMax: Int)
    /// Rows that are none.
    case tooManyProblems(countMax: Int)
  }

  public init(offset: Int, fact: Fact) {
    (self.offset, self.fact) = (offset, fact)
  }

  /// The body ended too early: another attempt may bring all of it.
  public var isTruncation: Bool { fact == .unexpectedEnd }
}

extension JSONError: CustomStringConvertible {
  public var description: String { "byte \(offset): \(fact.sentence)" }
}

extension JSONError.Fact {
  fileprivate var sentence: String {
    switch self {
    case .unexpectedEnd: "the body ends inside a value"
    case .unexpected(let byte, let expected): "expected \(expected), found \(byte.shown)"
    case .controlCharacterInString(let byte): "a string holds the control character \(byte.shown)"
    case .badEscape: "a string holds an escape that JSON does not know"
    case .invalidUTF8: "a string is not valid UTF-8"
    case .badNumber: "not a number of JSON's grammar"
    case .tooDeep(let depthMax): "values are nested deeper than \(depthMax)"
    case .duplicateKey(let key): "the key `\(key.printable(120))` stands twice in one object"
    case .trailingBytes: "something follows the end of the value"
    case .tooManyRows(let rowsMax): "more than the \(rowsMax) rows that were asked for"
    case .tooManyKeys(let keysMax): "an object has more than \(keysMax) keys"
    case .tooManyProblems(let countMax): "more than \(countMax) rows cannot be read"
    }
  }
}

extension UInt8 {
  fileprivate var shown: String {
    (0x21...0x7e).contains(self) ? "`\(Character(Unicode.Scalar(self)))`" : "0x" + String(self, radix: 16)
  }
}
