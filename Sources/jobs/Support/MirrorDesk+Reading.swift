import JobGraph
import Mirroring
import Running
import Scheduling
import Steps
import Storage
import Transport

extension MirrorDesk {
  /// The realtime database that is read: where users keep what is theirs.
  func reading(_ warehouse: Warehouse, http: any HTTPClient) throws -> any RealtimeReading {
    guard let remote else { return EmbeddedSource(warehouse) }
    guard let source = try sink(remote, http: http) as? any RealtimeReading else {
      throw MirrorFailure(.permanent, "users keep what is theirs in a Realtime Database; Cloud Firestore is told results, and not read")
    }
    return source
  }

  /// The database whose security rules are replaced.
  /// - Parameter file: opens the tree in the warehouse.
  func rules(http: any HTTPClient, file: () throws -> TreeFile) throws -> any RulesDeployment {
    guard let remote else { return EmbeddedRules(try file(), by: Process.person(RulesDelivery.command), at: SystemTime().now()) }
    guard let firebase = try sink(remote, http: http) as? FirebaseSink else {
      throw MirrorFailure(.permanent, "Cloud Firestore has rules of another language, which are not made here")
    }
    return firebase.rules
  }
}
