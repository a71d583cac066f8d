/// All that is held of one user, for the user: nothing is left out, nothing of anybody else is in it.
public enum UserExport {
  /// - Parameters:
  ///   - root: the whole tree, or one that has at least `/users/{uid}`.
  ///   - warehouse: what the warehouse holds of the user besides; null for nothing.
  ///   - writtenAt: ISO 8601, UTC.
  /// - Returns: nil when nothing is held. Same tree, same bytes.
  public static func document(of uid: String, in root: RealtimeValue, warehouse: RealtimeValue = .null, writtenAt: String) -> String? {
    let data = root[[UserLimits.top, uid]]
    guard !data.isNull || !warehouse.isNull else { return nil }
    let document = RealtimeValue.node([
      "schema": .string("jobs.realtime.user/1"), "uid": .string(uid), "written_at": .string(writtenAt), "data": data,
      "warehouse": warehouse,
    ])
    return RealtimeJSON.text(of: document, isPretty: true)
  }
}
