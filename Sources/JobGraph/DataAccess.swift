/// What an operation reads or writes: a table or sink, or a slice of one.
///
///     "instruments"                                                                  all of it
///     DataAccess("candles", ["source": .is("binance"), "symbol": .each("symbol")])   the candles of this task's symbol
public struct DataAccess: Sendable, Hashable, ExpressibleByStringLiteral {
  public var resource: String
  /// By axis of the resource; an axis that is not named is meant as a whole.
  public var slice: [String: Selector]
  /// Only adds rows of its own, in no order that matters: two that append do not disturb each other.
  public var isAppend: Bool

  /// Which part of an axis.
  public enum Selector: Sendable, Hashable {
    /// This one.
    case `is`(String)
    /// The values of a dimension of `each`.
    case each(String)
    /// The values of a parameter.
    case with(String)
  }

  public init(_ resource: String, _ slice: [String: Selector] = [:], isAppend: Bool = false) {
    (self.resource, self.slice, self.isAppend) = (resource, slice, isAppend)
  }

  public init(stringLiteral resource: String) { self.init(resource) }

  /// A resource to which rows are only added.
  public static func appending(to resource: String, _ slice: [String: Selector] = [:]) -> DataAccess {
    DataAccess(resource, slice, isAppend: true)
  }
}

extension DataAccess: CustomStringConvertible {
  /// `candles[interval, source=binance, symbol]`: of each axis the value, or a name where a task has its own.
  public var description: String {
    let axes = slice.sorted { $0.key < $1.key }.map { axis, selector in
      if case .is(let value) = selector { "\(axis)=\(value)" } else { axis }
    }
    return axes.isEmpty ? resource : "\(resource)[\(axes.joined(separator: ", "))]"
  }
}

/// What one step does with one resource.
public struct StepAccess: Sendable, Hashable {
  public var resource: String
  public var mode: Mode
  /// By axis the values it is about; an axis that is not named is meant as a whole.
  public var slice: [String: [String]]

  public enum Mode: Int, Sendable, CaseIterable {
    case reads, writes, appends

    public var verb: String { self == .reads ? "reads" : "writes" }

    /// Whether the result depends on which of two comes first.
    func disturbs(_ other: Mode) -> Bool {
      switch (self, other) {
      case (.reads, .reads), (.appends, .appends): false
      default: true
      }
    }
  }

  public init(_ resource: String, _ mode: Mode, slice: [String: [String]] = [:]) {
    (self.resource, self.mode, self.slice) = (resource, mode, slice)
  }
}

extension OperationDeclaration {
  /// What a step of this operation reads and writes: what is declared, and what the step itself says.
  public func accesses(of step: Step) -> [StepAccess] {
    let with = completing(step.with)
    let declared =
      reads.map { StepAccess($0.resource, .reads, slice: values(of: $0, step, with)) }
      + writes.map { StepAccess($0.resource, $0.isAppend ? .appends : .writes, slice: values(of: $0, step, with)) }
    guard saysItsData else { return declared }
    return declared + texts("reads", in: with).map { StepAccess($0, .reads) } + texts("writes", in: with).map { StepAccess($0, .writes) }
  }

  private func values(of access: DataAccess, _ step: Step, _ with: [JobValue.Entry]) -> [String: [String]] {
    access.slice.compactMapValues { selector in
      switch selector {
      case .is(let value): [value]
      case .each(let name): step.each.first { $0.name == name }?.values.map(\.text)
      case .with(let name): with.contains { $0.key == name } ? texts(name, in: with) : nil
      }
    }
  }

  /// The texts of a parameter: a list, or one.
  private func texts(_ name: String, in with: [JobValue.Entry]) -> [String] {
    let value = with.first { $0.key == name }?.value
    let values = if case .list(let elements)? = value { elements } else { value.map { [$0] } ?? [] }
    return values.compactMap { if case .string(let text) = $0 { text } else { nil } }
  }
}
