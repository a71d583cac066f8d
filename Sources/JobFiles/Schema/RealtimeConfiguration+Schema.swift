import JobGraph

extension RealtimeConfiguration.Access {
  /// The keys of realtime.yaml about places, roles and users.
  static var schema: [(key: String, value: JobValue)] {
    let parts = Part.allCases.map(\.rawValue)
    let role = Schema.mapping(
      [
        ("who", Schema.words(["anyone", "signed_in"])), ("claim", Schema.object(["type": "string"])),
        ("value", Schema.object(["type": Schema.texts(["string", "integer", "boolean"])])), ("reads", Schema.list(of: Schema.words(parts))),
      ], required: ["reads"])
    let place = Part.allCases.map { part -> (key: String, value: JobValue) in
      (part.rawValue, Schema.pattern("^[^/{}.$#\\[\\]%\\s]+(/([^/{}.$#\\[\\]%\\s]+|\\{[a-z]+\\}))*$", part.standardPlace))
    }
    return [
      ("projection", Schema.mapping(place)), ("roles", Schema.named(role)),
      (
        "users",
        Schema.mapping(
          RealtimeConfiguration.Users.keys.map { ($0.0, Schema.whole($0.1)) }
            + [("results", Schema.list(of: Schema.words(RealtimeConfiguration.Users.Result.allCases.map(\.rawValue))))])
      ),
    ]
  }
}
