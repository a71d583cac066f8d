public import Analysis
import Foundation
public import JobGraph

/// Everything under `Jobs/config`: each file as a tree, and those that the program knows as values of their own type.
public struct Configuration: Sendable {
  public var watchlist: Watchlist?
  public var providers: ProvidersConfiguration?
  public var retention: RetentionConfiguration?
  public var quality: QualityConfiguration?
  public var realtime: RealtimeConfiguration?
  public var calendars = CalendarsConfiguration()
  public var monitoring: MonitoringConfiguration?
  public var notifications: NotificationsConfiguration?
  public var instruments: InstrumentsConfiguration?
  public var bridge: BridgeConfiguration?
  /// What is to be told once, in the order of the file.
  public var alerts: [Alert] = []
  /// Where the symbols of each alert stand, in the same order.
  var alertPlaces: [Diagnostic.Place] = []
  /// Those of Jobs/strategies, by name; read by ``StrategyFolder``, not with the other files.
  public var strategies: [StrategyDefinition] = []
  /// `$config.NAME` is the file `NAME.yaml`, in the order of the names.
  private var files: [JobValue.Entry]

  public init(files: [JobValue.Entry] = [], watchlist: Watchlist? = nil) {
    (self.files, self.watchlist) = (files, watchlist)
  }

  /// The names of the files, without `.yaml`.
  public var names: [String] { files.map(\.key) }

  /// The content of a file; nil when there is none of this name.
  public func value(of name: String) -> JobValue? { files.first { $0.key == name }?.value }

  /// Reads every `.yaml` file of the directory.
  ///
  /// - Returns: what could be read, and every mistake of every file in the order of their names. A file with a mistake keeps its
  ///   place as a tree, so that jobs that refer to it do not have a second one.
  public static func load(from source: FileSource, directory: String = "Jobs/config") -> (
    configuration: Configuration, diagnostics: [Diagnostic]
  ) {
    var (configuration, diagnostics) = (Configuration(), [Diagnostic]())
    let names: [String]
    do {
      names = try source.yamlNames(in: directory)
    } catch {
      let place = Diagnostic.Place(file: directory, line: 1, column: 1, length: 1, excerpt: "")
      return (configuration, [Diagnostic(.unreadable, at: place, "the directory cannot be read: \(error.localizedDescription)")])
    }
    let folder = directory.split(separator: "/").dropLast().joined(separator: "/")
    var found: [String: [Diagnostic]] = [:]
    // The alerts refer to the watchlist.
    for name in names.filter({ $0 != "alerts" }) + names.filter({ $0 == "alerts" }) {
      // Where the jobs cannot be listed there is another mistake, which is told by whoever reads them.
      let jobs = ["monitoring", "notifications"].contains(name) ? (try? source.yamlNames(in: folder)) ?? [] : []
      found[name] = configuration.add(name, source.document("\(directory)/\(name).yaml"), jobs: jobs)
    }
    diagnostics = names.flatMap { found[$0] ?? [] }
    configuration.files.sort { $0.key < $1.key }
    return (configuration, diagnostics)
  }

  private mutating func add(_ name: String, _ read: (document: Document?, diagnostics: [Diagnostic]), jobs: [String]) -> [Diagnostic] {
    guard let document = read.document else {
      files.append(JobValue.Entry(name, .null))
      return read.diagnostics
    }
    let findings = Findings(document.source, read.diagnostics)
    files.append(JobValue.Entry(name, document.root.value))
    switch name {
    case "instruments": instruments = InstrumentsConfiguration(document.root, findings)
    // The files come in the order of their names: the instruments are known by now.
    case "watchlist": watchlist = Watchlist(document.root, instruments, findings)
    case "providers": providers = ProvidersConfiguration(document.root, findings)
    case "retention": retention = RetentionConfiguration(document.root, findings)
    case "quality": quality = QualityConfiguration(document.root, findings)
    case "calendars": calendars = CalendarsConfiguration(document.root, findings)
    case "realtime": realtime = RealtimeConfiguration(document.root, findings)
    case "bridge": bridge = BridgeConfiguration(document.root, findings)
    case "alerts":
      let read = AlertsReader(watchlist: watchlist, findings).alerts(document.root)
      (alerts, alertPlaces) = (read.map(\.alert), read.map(\.place))
    case "monitoring": monitoring = MonitoringConfiguration(document.root, jobs: jobs, findings)
    case "notifications": notifications = NotificationsConfiguration(document.root, jobs: jobs, findings)
    default: _ = Section(document.root, title: "the file", findings: findings)
    }
    return findings.sorted
  }
}
