public import JobGraph
public import Scheduling

/// Reads job files and finds every mistake that can be found before anything runs.
///
///     let (configuration, mistakes) = Configuration.load(from: .directory(root))
///     let loader = JobLoader(configuration: configuration, operations: registry.declarations)
///     let (job, diagnostics) = loader.load("Jobs/nightly.yaml", from: .directory(root), overrides: [("history", "90d")])
///
/// A plain scalar `$name.path` is a reference: `$watchlist.crypto`, `$watchlist.all`, `$config.quality`, `$parameters.history`. It stands
/// for the whole value; in quotes it is a text. `${{ ... }}` is an expression, in quotes or not. Both are resolved here, for one logical
/// date; only what `when` asks about the ends of steps is left for the run.
public struct JobLoader: Sendable {
  public let configuration: Configuration
  let operations: [String: OperationDeclaration]
  let operationNames: [String]
  let calendars: [String: SessionCalendar]
  let calendarNames: [String]
  /// The names of the providers: each has a pool.
  let providers: Set<String>

  /// What expressions over the date are checked with where no run is meant.
  public static let sampleDate = CivilDate(year: 2026, month: 1, day: 15)!.midnight

  /// - Parameters:
  ///   - operations: what `uses:` may name.
  ///   - calendars: what `calendar:` may name; nil for those of the configuration.
  public init(configuration: Configuration, operations: [OperationDeclaration], calendars: [SessionCalendar]? = nil) {
    let calendars = calendars ?? [configuration.calendars.xnys]
    self.configuration = configuration
    self.operations = Dictionary(operations.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    operationNames = operations.map(\.name)
    self.calendars = Dictionary(calendars.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    calendarNames = calendars.map(\.name)
    providers = Set(operations.compactMap(\.provider)).union(configuration.providers?.providers.map(\.name) ?? [])
  }

  /// Reads one job file.
  ///
  /// - Parameters:
  ///   - path: `Jobs/nightly.yaml`; the name of the job is the name of the file.
  ///   - logicalDate: of the run that is meant: expressions over the date are computed for it.
  ///   - overrides: `--set name=value`, in order; the last of a name holds. Each has the type of the parameter that it replaces.
  ///   - parameters: values given by the program; they replace those of the file, and `overrides` replace them.
  /// - Returns: the job, nil when there is an error among the diagnostics. Diagnostics are in the order of the file.
  /// - Complexity: linear in the size of the file.
  public func load(
    _ path: String, from source: FileSource, at logicalDate: Instant = sampleDate, overrides: [(key: String, text: String)] = [],
    parameters: [JobValue.Entry] = []
  ) -> (job: Job?, diagnostics: [Diagnostic]) {
    let (document, diagnostics) = source.document(path)
    return job(from: document, diagnostics, logicalDate, overrides, parameters)
  }

  /// Reads a job from the bytes of a file that has this name.
  public func load(
    _ bytes: [UInt8], file: String, at logicalDate: Instant = sampleDate, overrides: [(key: String, text: String)] = [],
    parameters: [JobValue.Entry] = []
  ) -> (job: Job?, diagnostics: [Diagnostic]) {
    let (document, diagnostics) = StrictYAML.read(bytes, file: file)
    return job(from: document, diagnostics, logicalDate, overrides, parameters)
  }

  private func job(
    from document: Document?, _ diagnostics: [Diagnostic], _ logicalDate: Instant, _ overrides: [(key: String, text: String)],
    _ parameters: [JobValue.Entry]
  ) -> (job: Job?, diagnostics: [Diagnostic]) {
    guard let document else { return (nil, diagnostics) }
    let findings = Findings(document.source, diagnostics)
    let job = JobReader(loader: self, findings: findings, overrides: overrides, given: parameters, logicalDate: logicalDate).read(
      document.root)
    let all = findings.sorted
    return (all.hasErrors ? nil : job, all)
  }
}
