/// Reading and storing klines: rows per second beside a plain C loop into the same table with the same settings.
struct CandlesExperiment {
  let bench: Workbench

  func rows() throws -> [Row] {
    let meter = bench.meter
    let pages = KlinePages(symbols: 10, pagesEach: bench.isQuick ? 10 : 100)
    let folder = try bench.folder("klines")
    let bytes = try pages.write(to: folder)
    defer { try? bench.remove(folder) }  // rubbish in a folder for rubbish
    let (ours, theirs) = (meter.program("candles"), meter.program("candles-in-c"))
    let (database, other) = ("\(meter.scratch)/candles.sqlite", "\(meter.scratch)/candles-in-c.sqlite")
    let all = try bench.inTurns([
      {
        try fresh(database)
        return try meter.run([ours, database, folder])
      },
      {
        try fresh(other)
        return try meter.run([theirs, other, folder])
      },
      { try meter.run([ours, database, folder, "parse"]) }, { try meter.run([theirs, other, folder, "parse"]) },
    ])
    for path in [database, other] { try bench.remove(path) }
    let (written, inC) = (rate(all[0], pages.rows), rate(all[1], pages.rows))
    return [
      Row("klines into SQLite", written, beside: ("C", inC)),
      Row("klines into SQLite, CPU", all[0].cpuSeconds, beside: ("C", all[1].cpuSeconds)),
      Row("klines into SQLite, peak memory", all[0].peakMegabytes, beside: ("C", all[1].peakMegabytes)),
      Row("klines read only", throughput(all[2], bytes), beside: ("C", throughput(all[3], bytes))),
    ]
  }

  /// Ten million rows, once: what a first night of minutes brings. The raw store is measured beside it, and reading a whole series.
  func millions() throws -> [Row] {
    let meter = bench.meter
    let pages = KlinePages(symbols: 10, pagesEach: bench.isQuick ? 100 : 1000)
    let folder = try bench.folder("millions")
    let bytes = try pages.write(to: folder)
    defer { try? bench.remove(folder) }  // rubbish in a folder for rubbish
    let (ours, theirs) = (meter.program("candles"), meter.program("candles-in-c"))
    let (database, other) = ("\(meter.scratch)/candles.sqlite", "\(meter.scratch)/candles-in-c.sqlite")
    let written = try bench.inTurns(
      rounds: 2,
      [
        {
          try fresh(database)
          return try meter.run([ours, database, folder])
        },
        {
          try fresh(other)
          return try meter.run([theirs, other, folder])
        },
      ])
    let read = try bench.inTurns([
      { try meter.run([ours, database, folder, "read"]) }, { try meter.run([theirs, other, folder, "read"]) },
    ])
    let landed = try bench.inTurns(
      rounds: 1,
      [
        {
          try bench.remove("\(database)-raw")
          return try meter.run([ours, database, folder, "land"])
        }
      ])
    for path in [database, other, "\(database)-raw"] { try bench.remove(path) }
    let name = bench.isQuick ? "1 million klines" : "10 million klines"
    let series = pages.rows / 10
    return [
      Row("\(name) into SQLite", rate(written[0], pages.rows), beside: ("C", rate(written[1], pages.rows))),
      Row("\(name), peak memory", written[0].peakMegabytes, beside: ("C", written[1].peakMegabytes)),
      Row("\(name) into the raw store", throughput(landed[0], bytes)),
      Row("a series into columns", rate(read[0], series), beside: ("C", rate(read[1], series)), limit: 4_000_000),
    ]
  }

  /// A new file with the program's own tables.
  private func fresh(_ database: String) throws {
    try bench.remove(database)
    _ = try bench.meter.run([bench.meter.program("candles"), database, bench.meter.scratch, "tables"])
  }

  private func rate(_ measurements: [Measurement], _ rows: Int) -> Figure {
    Figure(unit: .rowsPerSecond, values: measurements.map { Double(rows) / inside($0) })
  }

  private func throughput(_ measurements: [Measurement], _ bytes: Int) -> Figure {
    Figure(unit: .megabytesPerSecond, values: measurements.map { Double(bytes) / 1e6 / inside($0) })
  }

  /// The seconds that the program itself prints: without its start and the making of the file.
  private func inside(_ measurement: Measurement) -> Double {
    measurement.output.split(whereSeparator: \.isWhitespace).last.flatMap { Double($0) } ?? .nan
  }
}
