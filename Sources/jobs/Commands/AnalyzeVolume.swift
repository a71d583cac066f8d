import Analysis
import ArgumentParser
import JobGraph
import MarketData
import Providers
import Scheduling

struct AnalyzeVolume: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "volume", abstract: "Prints what the volume says, as tidy CSV: symbol,open_time,name,value.",
    discussion: """
      EXAMPLES
        jobs analyze volume --input candles.csv
        jobs analyze volume --input mixed.csv --interval 1h --json

      The volume indicators, as `jobs analyze indicators` prints them, and besides:
        seasonal_ratio    the volume over the median of the same time of day on the 20 days before; of bars within a day
        seasonal_z        its robust z-score among them
        seasonal_spike    1 when it is unusual among them, else 0
        close_t           t-value of the slope of 20 closes
        obv_t             t-value of the slope of 20 on-balance volumes
        volume_trend      1 both go the same way, -1 they go opposite ways and both are sure, else 0
        vp_poc, vp_vah, vp_val    at the last bar: the price with the most volume of 120 bars, and the edges of 70 % of it
      """)

  @OptionGroup var candles: CandleInputOptions

  @Option(help: "Write to this file instead of standard output.", completion: .file())
  var output: String?

  @Flag(help: "One JSON document instead of CSV.")
  var json = false

  private static let names = [
    "obv", "ad", "adosc_3_10", "cmf_20", "vwap_20", "mfi_14", "vol_median_20", "vol_ratio_20", "vol_z_20", "vol_spike", "vp_poc", "vp_vah",
    "vp_val", "vwap_day",
  ]

  func run() throws {
    let set = IndicatorSet(Indicator.all.filter { Self.names.contains($0.name) })
    let file = try candles.read()
    let sink = try ByteSink(path: output)
    let format = TidyFormat(schema: "jobs.analyze.volume/1", isJSON: json)
    sink.bytes += format.head.utf8
    var isFirst = true
    for series in file.series {
      for (name, column) in set.compute(series) + Self.others(series) {
        try format.write(name, of: series, to: sink, &isFirst) { column[$0] }
      }
      let verdicts = series.volumeTrend().verdicts
      try format.write("volume_trend", of: series, to: sink, &isFirst) { index in
        verdicts[index].map { $0 == .confirmed ? 1 : $0 == .divergent ? -1 : 0 }
      }
    }
    sink.bytes += format.tail.utf8
    try sink.finish()
  }

  private static func others(_ series: CandleSeries) -> [(name: String, column: Column)] {
    let trend = series.volumeTrend()
    let slopes = [("close_t", trend.closeT), ("obv_t", trend.volumeT)]
    guard let length = series.interval.length, length < .days(1) else { return slopes }
    let seasonal = series.seasonalVolumeSpike()
    return [("seasonal_ratio", seasonal.ratio), ("seasonal_z", seasonal.z), ("seasonal_spike", seasonal.spike)] + slopes
  }
}
