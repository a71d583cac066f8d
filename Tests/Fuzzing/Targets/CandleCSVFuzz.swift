import Foundation

extension FuzzTarget {
  /// The files of `jobs data import`, as CSV and as JSON: read whole, read in pieces, written in both forms and read again.
  static let candleCSV = FuzzTarget(name: "csv") { bytes in
    let whole = readCSV(bytes, pieces: false)
    let inPieces = readCSV(bytes, pieces: true)
    demand(whole.problems == inPieces.problems && whole.problemCount == inPieces.problemCount, "other problems in pieces")
    demand(isSame(whole.series, inPieces.series), "other candles in pieces")
    demand(whole.candleCount + whole.leftOut <= bytes.count { $0 == 10 }, "more candles than lines behind the header")
    demandReadable(whole)
    demandReadable(readCSV(bytes, pieces: false, CandleFile.Choice(symbol: try? Symbol("A,B\"C"), interval: .day1)))
    demandReadable(bytes.withUnsafeBytes { CandleJSON.read($0) })
  }
}

/// - Parameter pieces: one line at a time, as a reader of a long file may.
private func readCSV(_ bytes: [UInt8], pieces: Bool, _ choice: CandleFile.Choice = .init()) -> CandleFile {
  var reader = CandleCSVReader(choice)
  bytes.withUnsafeBytes { whole in
    guard pieces else { return reader.read(whole) }
    var start = 0
    while start < whole.count {
      let end = whole[start...].firstIndex(of: 10).map { $0 + 1 } ?? whole.count
      reader.read(UnsafeRawBufferPointer(rebasing: whole[start..<end]))
      start = end
    }
  }
  return reader.finish()
}

/// What was read is sound, and survives being written in both forms.
private func demandReadable(_ file: CandleFile) {
  file.series.forEach { demandValid($0) }
  for problem in file.problems { demandPrintable(problem.reason, max: 1000) }
  guard file.candleCount > 0 else { return }
  for format in CandleFileFormat.allCases {
    let text = written(file.series, format)
    let again = format == .csv ? readCSV(text, pieces: false) : text.withUnsafeBytes { CandleJSON.read($0) }
    demand(again.problemCount == 0 && again.leftOut == 0, "written as \(format), refused: \(again.problems)")
    demand(isSame(again.series, file.series), "written as \(format), other candles")
  }
}

private func written(_ series: [CandleSeries], _ format: CandleFileFormat) -> [UInt8] {
  var (bytes, isFirst) = (Array(format.head.utf8), true)
  for one in series {
    let prefix = format.prefix(symbol: one.symbol, interval: one.interval)
    for index in 0..<one.count {
      let time = one.openTimes[index]
      guard
        let candle = try? Candle(
          openTime: time, closeTime: time, open: one.open[index], high: one.high[index], low: one.low[index], close: one.close[index],
          volume: one.volume[index])
      else { fatalError("a candle of a series is none") }
      format.append(candle, prefix: prefix, isFirst: isFirst, to: &bytes)
      isFirst = false
    }
  }
  return bytes + Array(format.tail.utf8)
}

private func isSame(_ first: [CandleSeries], _ second: [CandleSeries]) -> Bool {
  first == second
    && zip(first, second).allSatisfy { a, b in
      zip(a.volume, b.volume).allSatisfy { $0.bitPattern == $1.bitPattern }
        && zip(a.close, b.close).allSatisfy { $0.bitPattern == $1.bitPattern }
    }
}
