import Foundation
import Sandbox
import Scheduling
import Storage
import Transport

/// Two processes share one address and one warehouse, and ask a strict stand-in as fast as the limiter lets them. `make limits`.
///
/// First at full speed, while one of them is killed now and then: nothing may go over the limit in any minute, on the clock or off it. Then
/// beside an intruder who gets the address banned: nothing may be sent once it is known.
@main
enum Limits {
  static func main() async throws {
    let words = Array(CommandLine.arguments.dropFirst())
    if let orders = Client.Orders(words) { return try await Client(orders: orders).run() }
    guard words.allSatisfy({ $0 == "--quick" }) else { throw Trouble("limits takes --quick, or nothing") }
    let isQuick = words.contains("--quick")
    let folder = FileManager.default.temporaryDirectory.appending(path: "limits-\(getpid())").path()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }  // rubbish in a temporary folder is no failure
    let speed = try await Trial(folder: "\(folder)/speed", requests: isQuick ? 10_000 : 100_000, kills: isQuick ? 1 : 5, bans: 0).run()
    let bans = try await Trial(folder: "\(folder)/bans", requests: isQuick ? 6_000 : 20_000, kills: 0, bans: isQuick ? 1 : 3).run()
    guard speed, bans else { exit(1) }
  }
}
