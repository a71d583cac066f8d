/// What an operation says about itself before anything runs: the checks, the manual page and the plan are made from it.
public struct OperationDeclaration: Sendable, Equatable {
  /// As written after `uses:`: `binance.candles`.
  public var name: String
  /// One sentence.
  public var summary: String
  /// A paragraph or two for `jobs operations NAME`.
  public var discussion: String
  /// The dimensions that `each` must give: `symbol`, `interval`. No others are allowed, unless any are.
  public var dimensions: [String]
  /// `each` may have dimensions of any name, or be left out.
  public var allowsAnyDimensions: Bool
  /// What `with` may hold.
  public var parameters: [ParameterDeclaration]
  /// Tables and sinks it reads and writes; what else the run itself keeps (tasks, raw responses, quotas) nobody waits for.
  public var reads: [DataAccess]
  public var writes: [DataAccess]
  /// Its parameters `reads` and `writes` name further ones.
  public var saysItsData: Bool
  /// The provider whose quota it spends, by its name in providers.yaml.
  public var provider: String?
  /// The name of the secret without which it cannot work.
  public var secret: String?
  /// Running it twice leaves the same as running it once.
  public var isIdempotent: Bool
  /// It makes what the job is for (the report): a run that lacks it has failed.
  public var isDeliverable: Bool

  public init(
    name: String, summary: String, discussion: String = "", dimensions: [String] = [], allowsAnyDimensions: Bool = false,
    parameters: [ParameterDeclaration] = [],
    reads: [DataAccess] = [], writes: [DataAccess] = [], saysItsData: Bool = false, provider: String? = nil, secret: String? = nil,
    isIdempotent: Bool = true,
    isDeliverable: Bool = false
  ) {
    (self.name, self.summary, self.discussion) = (name, summary, discussion)
    (self.allowsAnyDimensions, self.saysItsData) = (allowsAnyDimensions, saysItsData)
    (self.dimensions, self.parameters, self.reads, self.writes) = (dimensions, parameters, reads, writes)
    (self.provider, self.secret, self.isIdempotent, self.isDeliverable) = (provider, secret, isIdempotent, isDeliverable)
  }
}

extension OperationDeclaration {
  /// The name of the flag by which a job says of a step whether its effect must not happen twice.
  public static let once = "once"

  /// Whether an attempt may be begun again when it is not known how far an earlier one came. Where the operation has the flag `once`, the
  /// step decides; an operation without it may when it is idempotent.
  public func mayRepeat(_ parameters: [JobValue.Entry]) -> Bool {
    guard self.parameters.contains(where: { $0.name == OperationDeclaration.once }) else { return isIdempotent }
    return !parameters.contains { $0.key == OperationDeclaration.once && $0.value == .bool(true) }
  }
}

/// A parameter of an operation: a key of `with`.
public struct ParameterDeclaration: Sendable, Equatable {
  public var name: String
  public var type: ParameterType
  /// nil: it must be given.
  public var standard: JobValue?
  public var isRequired: Bool
  public var summary: String

  public init(_ name: String, _ type: ParameterType, default standard: JobValue? = nil, isRequired: Bool = false, summary: String) {
    (self.name, self.type, self.standard, self.isRequired, self.summary) = (name, type, standard, isRequired, summary)
  }
}

/// The values that a parameter takes.
public indirect enum ParameterType: Sendable, Equatable {
  case text
  /// One of these words.
  case oneOf([String])
  case integer(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  case flag
  /// `10m`, `2h`, `90d`, `2y`, or `all` where the operation says so.
  case duration
  case list(of: ParameterType)
  /// A mapping whose shape the operation checks itself, such as a configuration file given with `$config.name`.
  case mapping
}
