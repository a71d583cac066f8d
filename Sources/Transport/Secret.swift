/// A key or token. It cannot be printed, logged, encoded or put into a message; whoever needs the text says so by name.
public struct Secret: Sendable {
  private let text: String

  public init(_ text: String) {
    self.text = text
  }

  /// Hands the text to `use`: the one way to it.
  public func reveal<Result>(_ use: (String) throws -> Result) rethrows -> Result {
    try use(text)
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "<secret>" }
  public var debugDescription: String { "<secret>" }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
