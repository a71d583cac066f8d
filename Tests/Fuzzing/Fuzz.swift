import Foundation

/// One reader of what comes from outside, and what must hold for any bytes.
///
/// Not part of the package; docs/reliability.md has the command.
struct FuzzTarget: Sendable {
  /// As `Tests/Fuzzing/fuzz.sh` takes it.
  let name: String
  /// Never returns when something does not hold.
  let check: @Sendable (_ bytes: [UInt8]) -> Void

  static let all: [FuzzTarget] = [
    klines, alphaVantage, candleCSV, s3XML, zipArchive, httpDates, archiveCSV, exchangeInfo, trades, depth, tickers, referenceRates,
    companies, gzip, cron, crontab, backup, rules, realtimeJSON,
  ]

  /// The one that the environment names.
  static let chosen: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
    guard let target = all.first(where: { $0.name == name }) else {
      fatalError("no target is called `\(name)`; there are \(all.map(\.name).joined(separator: " "))")
    }
    return target
  }()
}

/// Ends the program, with the sentence, when something that must hold does not. (`precondition` says nothing in an optimized program.)
func demand(_ condition: Bool, _ sentence: @autoclosure () -> String) {
  if !condition { fatalError(sentence()) }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzTarget.chosen.check(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
