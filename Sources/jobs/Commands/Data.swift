import ArgumentParser

/// The commands about what is stored.
struct DataCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Shows, asks, exports and imports what is stored.",
    discussion: """
      EXAMPLES
        jobs data status                              what is stored, and how much room it takes
        jobs data export candles > candles.csv        every candle
        jobs data import candles.csv --source desk    and back
        jobs data query "SELECT * FROM signals"       any question, in SQL
        jobs data screen --change 5                   what moved
      """,
    subcommands: [DataStatus.self, DataExport.self, DataImport.self, DataQuery.self, DataScreen.self])
}
