import ArgumentParser

/// The commands about the realtime database.
struct Realtime: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "realtime", abstract: "Tells the realtime database what changed, and shows how far it is.",
    discussion: """
      EXAMPLES
        jobs realtime status             what waits, when it was last told, and whether it differs
        jobs realtime push               tell it what waits
        jobs realtime push --repair      and write again what differs
        jobs realtime serve              the tree in the warehouse, for clients of the Realtime Database
        jobs realtime rules --check      who may do what where, tried on its security rules

      Jobs/config/realtime.yaml says where it is: in the warehouse (`embedded`), or Firebase's Realtime Database or Cloud Firestore;
      docs/firebase.md sets one up.
      """, subcommands: [RealtimePush.self, RealtimeStatus.self, RealtimeServe.self, RealtimeRules.self, RealtimeExport.self])
}
