public import JobGraph

/// Reads job files and finds every mistake that can be found before anything runs.
///
///     let (configuration, mistakes) = Configuration.load(from: .directory(root))
///     let loader = JobLoader(configuration: configuration, operations: registry.declarations)
///     let (job, diagnostics) = loader.load("Jobs/nightly.yaml", from: .directory(root), overrides: [("history", "90d")])
///
/// A plain scalar `$name.path` is a reference: `$watchlist.crypto`, `$watchlist.all`, `$config.quality`, `$parameters.history`. It stands
/// for the whole value; in quotes it is a text. References are resolved here; nothing else is evaluated.
public struct JobLoader: Sendable {
  public let configuration: Configuration
  let operations: [String: OperationDeclaration]
  let operationNames: [String]
  let calendars: [String]

  /// - Parameters:
  ///   - operations: what `uses:` may name.
  ///   - calendars: what `calendar:` may name.
  public init(configuration: Configuration, operations: [OperationDeclaration], calendars: [String] = ["XNYS"]) {
    self.configuration = configuration
    self.operations = Dictionary(operations.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    operationNames = operations.map(\.name)
    self.calendars = calendars
  }

  /// Reads one job file.
  ///
  /// - Parameters:
  ///   - path: `Jobs/nightly.yaml`; the name of the job is the name of the file.
  ///   - overrides: `--set name=value`, in order; the last of a name holds. Each has the type of the parameter that it replaces.
  ///   - parameters: values given by the program; they replace those of the file, and `overrides` replace them.
  /// - Returns: the job, nil when there is an error among the diagnostics. Diagnostics are in the order of the file.
  /// - Complexity: linear in the size of the file.
  public func load(
    _ path: String, from source: FileSource, overrides: [(key: String, text: String)] = [], parameters: [JobValue.Entry] = []
  ) -> (job: Job?, diagnostics: [Diagnostic]) {
    let (document, diagnostics) = source.document(path)
    return job(from: document, diagnostics, overrides, parameters)
  }

  /// Reads a job from the bytes of a file that has this name.
  public func load(
    _ bytes: [UInt8], file: String, overrides: [(key: String, text: String)] = [], parameters: [JobValue.Entry] = []
  ) -> (job: Job?, diagnostics: [Diagnostic]) {
    let (document, diagnostics) = StrictYAML.read(bytes, file: file)
    return job(from: document, diagnostics, overrides, parameters)
  }

  private func job(
    from document: Document?, _ diagnostics: [Diagnostic], _ overrides: [(key: String, text: String)], _ parameters: [JobValue.Entry]
  ) -> (job: Job?, diagnostics: [Diagnostic]) {
    guard let document else { return (nil, diagnostics) }
    let findings = Findings(document.source, diagnostics)
    let job = JobReader(loader: self, findings: findings, overrides: overrides, given: parameters).read(document.root)
    let all = findings.sorted
    return (all.hasErrors ? nil : job, all)
  }
}
