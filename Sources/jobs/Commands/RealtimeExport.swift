import ArgumentParser
import JobFiles
import JobGraph
import Mirroring
import Running
import Scheduling
import Steps
import Storage
import Transport

struct RealtimeExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes out all that the realtime database holds of one user.",
    discussion: """
      EXAMPLES
        jobs realtime export ann > ann.json

      One JSON document with everything below /users/ID, for the user: nothing is left out, and nothing of anybody else is in it. Exit
      status 65 when nothing is held.
      """)

  @Argument(help: "The id of the user, as the realtime database has it.")
  var user: String

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let (configuration, diagnostics) = try workspace.configuration()
    guard !diagnostics.hasErrors else { throw Diagnostics(list: diagnostics) }
    let warehouse = try workspace.reading()
    let http = CurlHTTPClient(userAgent: "jobs/\(Version.text)")
    defer { http.shutdown() }
    let source = try MirrorDesk(workspace: workspace, configuration: configuration).reading(warehouse, http: http)
    let path = [UserLimits.top, user]
    // A path that is longer than it should be would reach into the data of others.
    guard !user.isEmpty, !user.unicodeScalars.contains(where: { ".$#[]/".unicodeScalars.contains($0) || $0.value < 32 || $0.value == 127 })
    else {
      throw Failure(.usage, "that cannot be the id of a user")
    }
    let root = RealtimeValue.null.setting(try await source.value(at: path), at: path)
    try warehouse.close()
    guard let text = UserExport.document(of: user, in: root, writtenAt: SystemTime().now().iso8601) else {
      throw Failure(.badData, "\(source.place) holds nothing of that user")
    }
    try Output.write(Array(text.utf8))
  }
}
