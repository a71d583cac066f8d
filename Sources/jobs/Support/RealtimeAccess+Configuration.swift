import JobFiles
import JobGraph
import Mirroring
import Storage

extension RealtimeAccess {
  /// What realtime.yaml says; with nothing said, nobody reads anything.
  init(_ configuration: RealtimeConfiguration) {
    let access = configuration.access
    self.init(
      projection: Projection(configuration), roles: access.roles.map { Role($0) },
      users: access.users.map { UserLimits(nameMax: $0.nameMax, watchlistMax: $0.watchlistMax, alertsMax: $0.alertsMax) })
  }
}

extension Projection {
  /// The parts that are mirrored, each at its place.
  init(_ configuration: RealtimeConfiguration) {
    self.init(
      Dictionary(
        configuration.mirror.compactMap { part in
          guard let known = ProjectedPart(part) else { return nil }
          return (known, configuration.access.places[part].flatMap { PathTemplate($0) } ?? known.standard)
        }
      ) { first, _ in first }, hasResults: configuration.access.users.map { !$0.results.isEmpty } ?? false)
  }
}

extension Projection {
  /// What operations queue goes where this says, or nowhere.
  func tell(_ warehouse: Warehouse) {
    warehouse.outboxPlaces.set { text in
      // What no path writes is left as it is; whoever reads the outbox says so.
      guard let path = RealtimePath(escaped: text) else { return text }
      return place(of: path)?.description
    }
  }
}

extension ProjectedPart {
  init?(_ part: RealtimeConfiguration.Part) { self.init(rawValue: part.rawValue) }
}

extension RealtimeAccess.Role {
  init(_ role: RealtimeConfiguration.Role) {
    let who: RealtimeAccess.Who =
      switch role.who {
      case .anyone: .anyone
      case .signedIn: .signedIn
      case .claim(let name, let value): .claim(name, RealtimeValue(claim: value))
      }
    self.init(role.name, who, reads: role.reads.compactMap { ProjectedPart($0) })
  }
}

extension RealtimeValue {
  /// The reader of realtime.yaml takes no others.
  fileprivate init(claim value: JobValue) {
    switch value {
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .number(Double(value))
    case .string(let text): self = .string(text)
    default: self = .null
    }
  }
}
