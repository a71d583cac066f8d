import Foundation
import Scheduling

/// One stock that the synthetic provider knows.
struct EquityListing: Sendable {
  let symbol: String
  /// A price that the stock has been near in 2024.
  let level: Double
  let firstDay: CivilDate
  /// Shares of a usual day.
  let volume: Double
  /// Dividends of a year as a fraction of the price.
  let yield: Double
  /// Days and how many new shares one old share became.
  let splits: [(day: CivilDate, ratio: Double)]

  /// How much higher the raw price of a day is than that of today's shares.
  func factor(after day: CivilDate) -> Double { splits.reduce(1) { $1.day > day ? $0 * $1.ratio : $0 } }

  static let known: [String: EquityListing] = Dictionary(
    uniqueKeysWithValues: knownStocks.split(separator: "\n").map { line in
      let fields = line.split(separator: " ")
      let splits = fields.dropFirst(5).map { field in
        let parts = field.split(separator: "=")
        return (CivilDate(String(parts[0]))!, Double(parts[1])!)
      }
      let listing = EquityListing(
        symbol: String(fields[0]), level: Double(fields[1])!, firstDay: CivilDate(String(fields[2]))!,
        volume: Double(fields[3])! * 1e6, yield: Double(fields[4])! / 100, splits: splits)
      return (listing.symbol, listing)
    })

  /// `SYN000` to `SYN999`, each with one split; nil for another name.
  static func generated(_ symbol: String) -> EquityListing? {
    guard symbol.hasPrefix("SYN"), symbol.utf8.count == 6, symbol.dropFirst(3).allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    var draw = Draw(Draw.key(1, name: symbol))
    let ratio = [2, 4, 7, 1.5][draw.index(4)]
    let day = CivilDate(year: 2015 + draw.index(8), month: 1 + draw.index(12), day: 1 + draw.index(28))!
    return EquityListing(
      symbol: symbol, level: (20 + draw.uniform() * 300).rounded(), firstDay: CivilDate(year: 1999, month: 11, day: 1)!,
      volume: 1e6 * (0.5 + 20 * draw.uniform()), yield: draw.happens(0.6) ? 0.01 + 0.03 * draw.uniform() : 0, splits: [(day, ratio)])
  }
}

/// Symbol, price near 2024, first session, million shares a day, dividend yield in per cent, splits.
private let knownStocks = """
  AAPL 220 1999-11-01 55 0.5 2000-06-21=2 2005-02-28=2 2014-06-09=7 2020-08-31=4
  MSFT 420 1999-11-01 20 0.7 2003-02-18=2
  NVDA 120 1999-11-01 300 0.03 2000-06-27=2 2001-09-12=2 2006-04-07=2 2007-09-11=1.5 2021-07-20=4 2024-06-10=10
  AMZN 180 1999-11-01 40 0 2022-06-06=20
  GOOGL 165 2004-08-19 25 0.4 2014-04-03=1.998 2022-07-18=20
  META 520 2012-05-18 14 0.4
  FB 520 2012-05-18 14 0
  TSLA 220 2010-06-29 80 0 2020-08-31=5 2022-08-25=3
  JPM 210 1999-11-01 9 2.2 2000-06-12=1.5
  V 280 2008-03-19 6 0.8 2015-03-19=4
  WMT 72 1999-11-01 16 1.2 2024-02-26=3
  JNJ 160 1999-11-01 6 3.1 2001-06-13=2
  XOM 115 1999-11-01 15 3.4 2001-07-19=2
  PG 172 1999-11-01 6 2.3 2004-06-21=2
  HD 370 1999-11-01 3 2.4 1999-12-31=1.5
  KO 70 1999-11-01 13 2.8 2012-08-13=2
  PEP 175 1999-11-01 5 3
  BAC 40 1999-11-01 38 2.4 2004-08-30=2
  DIS 92 1999-11-01 10 1
  CSCO 50 1999-11-01 18 3.2 2000-03-23=2
  INTC 21 1999-11-01 60 2.4 2000-07-31=2
  AMD 150 1999-11-01 55 0 2000-08-22=2
  CRM 250 2004-06-23 6 0.6 2013-04-18=4
  ADBE 560 1999-11-01 3 0 2000-10-25=2 2005-05-24=2
  NFLX 690 2002-05-23 3 0 2004-02-12=2 2015-07-15=7
  IBM 205 1999-11-01 4 3.3
  ORCL 150 1999-11-01 8 1.1 2000-01-19=2 2000-10-13=2
  VZ 43 1999-11-01 17 6.1
  T 21 1999-11-01 35 5.2
  PFE 29 1999-11-01 32 5.7
  MRK 117 1999-11-01 9 2.6
  CVX 142 1999-11-01 8 4.5 2004-09-13=2
  NKE 82 1999-11-01 9 1.8 2007-04-03=2 2012-12-26=2 2015-12-24=2
  MCD 290 1999-11-01 3 2.3
  BA 160 1999-11-01 8 0
  CAT 345 1999-11-01 3 1.6 2005-07-14=2
  GE 168 1999-11-01 6 0.7 2000-05-08=3 2021-08-02=0.125
  GS 490 1999-11-01 2 2.3
  BRK.B 450 1999-11-01 4 0 2010-01-21=50
  SPY 560 1999-11-01 60 1.3
  QQQ 475 1999-11-01 35 0.6 2000-03-20=2
  IWM 218 2000-05-26 25 1.2 2005-06-09=2
  """
