import Foundation
import Scheduling

/// One pair that the synthetic exchange trades.
struct CryptoListing: Sendable {
  let symbol: String
  let baseAsset: String
  /// A price that the pair has been near in 2024.
  let level: Double
  let units: Units
  /// Days since 1970 of the first bar.
  let firstDay: Int
  /// Days since 1970 of the last bar of a pair that trades no more.
  let lastDay: Int?
  /// Quote volume of a usual day.
  let turnover: Double
  /// Whether its own trading stands still now and then, for days or hours.
  let hasOutages: Bool

  var status: String { lastDay == nil ? "TRADING" : "BREAK" }

  /// How many names `SYN000USDT`, `SYN001USDT`, … there are.
  static let generatedCount = 1000

  /// `SYN007USDT` for 7.
  static func generatedName(_ number: Int) -> String {
    "SYN" + String(repeating: "0", count: 3 - String(number).count) + "\(number)USDT"
  }

  /// Any pair of ``generatedName(_:)``, listed on 2015-01-01; nil for another name.
  static func generated(_ symbol: String) -> CryptoListing? {
    guard symbol.hasPrefix("SYN"), symbol.hasSuffix("USDT"), symbol.utf8.count == 10, let number = Int(symbol.dropFirst(3).dropLast(4)),
      symbol == generatedName(number)
    else { return nil }
    var draw = Draw(Draw.key(0, name: symbol))
    return CryptoListing(
      base: String(symbol.dropLast(4)), level: (exp(draw.uniform() * 10 - 3) * 100).rounded() / 100, firstDay: 16_436, lastDay: nil,
      turnover: 2e7 * (0.2 + draw.uniform()), hasOutages: number % 10 == 9)
  }

  /// The pairs with real names, in the order of the table.
  static let known: [CryptoListing] = knownPairs.split(separator: "\n").enumerated().map { rank, line in
    let fields = line.split(separator: " ")
    let month = Int(fields[2])!
    let first = CivilDate(year: month / 100, month: month % 100, day: 1 + (rank * 7) % 28)!
    let last = fields.count > 3 ? CivilDate(String(fields[3]))!.daysSinceEpoch : nil
    return CryptoListing(
      base: String(fields[0]), level: Double(fields[1])!, firstDay: first.daysSinceEpoch, lastDay: last,
      turnover: 1.2e9 / pow(Double(rank + 1), 0.85), hasOutages: rank % 12 == 7)
  }

  private init(base: String, level: Double, firstDay: Int, lastDay: Int?, turnover: Double, hasOutages: Bool) {
    (symbol, baseAsset, self.level) = (base + "USDT", base, level)
    let magnitude = Int(log10(level).rounded(.down))
    units = Units(priceDecimals: min(max(4 - magnitude, 2), 8), lotDecimals: min(max(magnitude + 1, 0), 5))
    (self.firstDay, self.lastDay, self.turnover, self.hasOutages) = (firstDay, lastDay, turnover, hasOutages)
  }
}

/// Base asset, price near 2024, month of listing, and the last day of one that was delisted.
private let knownPairs = """
  BTC 60000 201708
  ETH 2600 201708
  BNB 550 201711
  SOL 140 202008
  XRP 0.58 201805
  DOGE 0.11 201907
  ADA 0.38 201804
  TRX 0.15 201806
  AVAX 25 202009
  SHIB 0.0000145 202105
  LINK 11 201901
  DOT 4.4 202008
  BCH 330 201911
  LTC 66 201712
  NEAR 4.2 202010
  MATIC 0.42 201904
  UNI 6.8 202009
  ICP 8.2 202105
  PEPE 0.0000078 202305
  FET 1.3 201902
  ETC 18.6 201806
  XLM 0.093 201805
  APT 6.3 202210
  FIL 3.7 202010
  ARB 0.53 202303
  OP 1.5 202206
  ATOM 4.1 201904
  INJ 18.5 202010
  HBAR 0.05 201909
  VET 0.022 201807
  RUNE 3.9 202009
  GRT 0.15 202012
  SUI 0.9 202305
  ALGO 0.12 201906
  AAVE 145 202010
  SEI 0.29 202308
  EOS 0.48 201805
  FTM 0.46 201906
  SAND 0.26 202008
  MANA 0.27 202008
  AXS 4.8 202011
  THETA 1.2 201905
  GALA 0.019 202109
  EGLD 27 202009
  FLOW 0.54 202107
  XTZ 0.65 201909
  NEO 9.7 201711
  CHZ 0.051 202001
  IMX 1.3 202112
  MKR 1650 202007
  LDO 1.0 202205
  SNX 1.35 202007
  CRV 0.3 202008
  COMP 45 202006
  ZEC 28 201903
  DASH 24 201903
  XMR 170 201903
  IOTA 0.12 201805
  KAVA 0.31 201910
  ZIL 0.014 201904
  ENJ 0.14 201904
  BAT 0.16 201903
  1INCH 0.25 202012
  QTUM 2.2 201804
  ONT 0.17 201805
  ICX 0.13 201805
  ZRX 0.3 201903
  OMG 0.24 201904
  WAVES 1.0 201901 2024-06-17
  SUSHI 0.6 202009
  YFI 4900 202008
  KSM 18 202009
  CELO 0.46 202101
  ANKR 0.024 201903
  HOT 0.0015 201907
  IOST 0.0048 201901
  RVN 0.017 201910
  STORJ 0.4 202009
  SKL 0.038 202012
  BAND 1.1 201909
  OCEAN 0.52 202008
  REN 0.039 201911
  KNC 0.47 202006
  BAL 1.9 202008
  UMA 2.0 202009
  LRC 0.13 202001
  COTI 0.085 202002
  DENT 0.00078 201908
  WIN 0.0000825 201907
  BTT 0.0024 201902 2022-01-18
  CELR 0.012 201903
  ONE 0.0125 201906
  HIVE 0.19 202004
  DGB 0.0064 201911
  SC 0.0042 201908
  LSK 0.8 202003
  NANO 0.92 201907
  ARPA 0.036 201911
  CTSI 0.13 202004
  MTL 1.3 201908
  OGN 0.09 202001
  NKN 0.072 201909
  RLC 1.7 201909
  STMX 0.0058 202005
  BNT 0.53 202004
  ALICE 0.95 202103
  AUDIO 0.12 202010
  MASK 2.2 202105
  API3 1.5 202101
  DYDX 0.92 202109
  ENS 16.5 202111
  APE 0.7 202203
  GMT 0.13 202203
  WOO 0.17 202110
  JASMY 0.018 202111
  MAGIC 0.34 202212
  BLUR 0.17 202302
  WLD 1.5 202307
  CYBER 2.8 202308
  TIA 4.5 202310
  PYTH 0.25 202310
  ORDI 30 202311
  """
