import Foundation
import MarketData

/// A series with a shape in it, or with none.
struct PlantedCase {
  /// `double_top`, or `none_trend`.
  let kind: String
  let series: CandleSeries
  /// Where the shape is; nil when there is none.
  let bars: ClosedRange<Int>?
}

/// The recorded cases: 55 shapes and 15 series without, daily from 2022-01-01 on, all by construction of another program.
enum PatternFixtures {
  static let cases: [PlantedCase] = {
    var bars: [String: [Bar]] = [:]
    for fields in CaseFile("patterns/candles.csv").rows {
      let numbers = fields[1...].map { Double($0)! }
      bars[fields[0], default: []].append(Bar(open: numbers[0], high: numbers[1], low: numbers[2], close: numbers[3], volume: 1))
    }
    return CaseFile("patterns/truth.csv").rows.map { fields in
      let series = CandleSeries.of(bars[fields[0]]!)
      return PlantedCase(kind: fields[1], series: series, bars: fields[2].isEmpty ? nil : day(fields[2])...day(fields[3]))
    }
  }()

  /// The number of the day, 0 for 2022-01-01.
  private static func day(_ text: String) -> Int {
    let date = try? Date(text, strategy: .iso8601)  // a line that is no time ends the run at the `!` below
    return Int(date!.timeIntervalSince1970 / 86_400) - 18_993
  }
}

/// The lines of a file of the fixtures, split at commas.
struct CaseFile {
  let rows: [[String]]

  init(_ name: String) {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)")
    guard let data = FileManager.default.contents(atPath: url.path) else { fatalError("cannot read the fixture \(name)") }
    rows = String(decoding: data, as: UTF8.self).split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }
}
