import ArgumentParser
import Foundation
import Reporting
import Scheduling
import Storage

/// The commands about backups of the warehouse.
struct Backup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Makes, lists, verifies and restores backups of the warehouse.",
    discussion: """
      EXAMPLES
        jobs backup create                       also while a run is under way
        jobs backup list
        jobs backup restore newest --to drill    try it out somewhere else

      A backup is one file in data/backups: the whole warehouse, compressed, and encrypted when the key `backup` is set
      (`openssl rand -hex 32 | jobs secrets set backup`). Bodies of responses stay in data/raw, which a backup names by their hashes:
      copy both folders to another machine.
      """, subcommands: [BackupCreate.self, BackupList.self, BackupVerify.self, BackupRestore.self])

  /// `3d`, `5h`, `12m`: how long ago, roughly.
  static func age(of instant: Instant, at now: Instant) -> String {
    let seconds = Int((now - instant).inSeconds)
    switch seconds {
    case ..<0: return "in the future"
    case ..<3600: return "\(seconds / 60)m"
    case ..<172_800: return "\(seconds / 3600)h"
    default: return "\(seconds / 86_400)d"
    }
  }
}
