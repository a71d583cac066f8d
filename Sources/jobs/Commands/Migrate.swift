import ArgumentParser

/// The commands about the schema of the warehouse.
struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate", abstract: "Moves the warehouse to this version's schema, and back.",
    discussion: """
      EXAMPLES
        jobs migrate status
        jobs migrate up                 what the next run would do by itself
        jobs migrate rollback           back to the state before the last change of the schema

      A newer version of jobs brings an older warehouse up to date when it first writes to it: a snapshot is made and checked, all
      changes are one transaction, and what came of them is checked before it counts.
      """, subcommands: [MigrateStatus.self, MigrateUp.self, MigrateRollback.self, MigrateVerify.self, MigrateImport.self])
}
