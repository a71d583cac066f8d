public import JobGraph

/// One kind of work a job file can name after `uses:`. A new kind is a new file and one line of wiring.
public protocol StepOperation: Sendable {
  /// Does the work of one task. What it leaves behind goes through `context.commit`, in one transaction with the task's own
  /// completion, so running it twice leaves the same rows as running it once.
  ///
  /// - Throws: ``JobGraph/TaskFailure`` for what it can explain; `CancellationError` when it was asked to stop; anything else is
  ///   explained by the runner's classifier.
  func run(in context: StepContext) async throws -> TaskOutcome
}

/// The operations that job files can name.
public struct StepRegistry: Sendable {
  private var makers: [String: @Sendable (Parameters) throws -> any StepOperation] = [:]
  private var executors: [String: any TaskExecutor] = [:]
  /// By name.
  public private(set) var declarations: [String: OperationDeclaration] = [:]

  public init() {}

  /// - Parameters:
  ///   - executor: where its attempts run; nil: where all others do.
  ///   - make: makes the operation for the parameters of a step; throws ``JobGraph/TaskFailure`` when they make no sense.
  public mutating func add(
    _ declaration: OperationDeclaration, on executor: (any TaskExecutor)? = nil,
    _ make: @escaping @Sendable (Parameters) throws -> any StepOperation
  ) {
    precondition(declarations[declaration.name] == nil, "two operations are called \(declaration.name)")
    executors[declaration.name] = executor
    declarations[declaration.name] = declaration
    makers[declaration.name] = make
  }

  /// Whether a step may be begun a second time when it is not known how far it came.
  func mayRepeat(_ name: String, _ parameters: [JobValue.Entry]) -> Bool {
    declarations[name]?.mayRepeat(parameters) ?? true
  }

  /// Where the attempts of an operation run.
  func executor(of name: String) -> (any TaskExecutor)? { executors[name] }

  func operation(_ name: String, _ parameters: Parameters) throws -> any StepOperation {
    guard let make = makers[name] else {
      throw TaskFailure(.permanent, "this version of jobs has no operation called \(name); `jobs operations` lists those it has")
    }
    return try make(parameters)
  }
}
