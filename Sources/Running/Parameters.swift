public import JobGraph

/// The parameters of a step or the values of a task, read with the types that the operation declared. The job file was checked
/// against the declaration, so a wrong type here is a mistake of the program and traps.
public struct Parameters: Sendable, Equatable {
  public let entries: [JobValue.Entry]

  public init(_ entries: [JobValue.Entry]) {
    self.entries = entries
  }

  public subscript(name: String) -> JobValue? { entries.first { $0.key == name }?.value }

  /// - Precondition: the parameter is there and a text.
  public func text(_ name: String) -> String {
    guard let text = optionalText(name) else { preconditionFailure("parameter \(name) is missing") }
    return text
  }

  public func optionalText(_ name: String) -> String? {
    switch self[name] {
    case .string(let text): text
    case .int(let number): String(number)
    default: nil
    }
  }

  public func flag(_ name: String) -> Bool {
    if case .bool(true) = self[name] { true } else { false }
  }

  public func integer(_ name: String) -> Int? {
    if case .int(let number) = self[name] { number } else { nil }
  }

  public func texts(_ name: String) -> [String] {
    guard case .list(let values) = self[name] else { return [] }
    return values.compactMap { value in
      switch value {
      case .string(let text): text
      case .int(let number): String(number)
      default: nil
      }
    }
  }
}
