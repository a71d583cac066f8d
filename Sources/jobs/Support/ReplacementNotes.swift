import Scheduling

/// What people should know when another file has taken the place of the warehouse.
struct ReplacementNotes {
  let workspace: Workspace
  /// Where the old files are; nil when there were none.
  let aside: String?
  /// Nil when there was no old state.
  let areLimitsKept: Bool?
  /// Answers that came after the new file's state and are known again, by logical date.
  let recovered: [Instant]

  var sentences: [String] {
    var notes: [String] = []
    if let aside { notes.append("what was there is now in \(workspace.shown(aside)); delete it when it is not needed") }
    if areLimitsKept == false {
      notes.append(
        "what was spent of today's limits could not be read; wait until they begin anew before you ask a provider with few requests")
    }
    if !recovered.isEmpty {
      let dates = recovered.suffix(3).map(\.iso8601).joined(separator: ", ")
      notes.append(
        "answers that came since are known again, for \(recovered.count) dates (\(dates)): `jobs run JOB --offline --date D\(workspace.optionsToType)` rebuilds each"
      )
    }
    return notes
  }
}
