/// The name under which a market lists an instrument: `AAPL`, `BTCUSDT`, `BRK.B`.
///
/// Two symbols are equal when their bytes are: names that only look alike (`é` composed or not, `btcusdt`) stay apart, because an
/// exchange keeps them apart.
public struct Symbol: Sendable, CustomStringConvertible {
  /// As the market writes it.
  public let name: String

  /// - Throws: ``SymbolDefect`` when the name is empty, longer than 64 bytes, or holds white space, a control character or `/`.
  public init(_ name: some StringProtocol) throws(SymbolDefect) {
    let name = String(name)
    guard !name.isEmpty else { throw .empty }
    guard name.utf8.count <= 64 else { throw .tooLong(name.utf8.count) }
    for scalar in name.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
        throw .forbiddenCharacter(scalar)
      default:
        if scalar == "/" || scalar == "\\" { throw .forbiddenCharacter(scalar) }
      }
    }
    guard name != ".", name != ".." else { throw .forbiddenCharacter(".") }
    self.name = name
  }

  public var description: String { name }
}

extension Symbol: Hashable, Comparable {
  public static func == (a: Symbol, b: Symbol) -> Bool { a.name.utf8.elementsEqual(b.name.utf8) }

  public func hash(into hasher: inout Hasher) {
    for byte in name.utf8 { hasher.combine(byte) }
  }

  /// By bytes, so that the order is the same in every locale.
  public static func < (a: Symbol, b: Symbol) -> Bool { a.name.utf8.lexicographicallyPrecedes(b.name.utf8) }
}

/// Why a text is no symbol.
public enum SymbolDefect: Error, Equatable {
  case empty
  /// Its length in bytes; 64 are allowed.
  case tooLong(Int)
  case forbiddenCharacter(Unicode.Scalar)
}

extension SymbolDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .empty: "a symbol must not be empty"
    case .tooLong(let count): "a symbol has at most 64 bytes; this one has \(count)"
    case .forbiddenCharacter(let scalar):
      "a symbol must not hold U+\(String(scalar.value, radix: 16, uppercase: true)) (white space, control characters and slashes are refused)"
    }
  }
}
