import Foundation
import MarketData
import Scheduling
import Testing

@testable import Reporting

@Suite struct `A value axis` {
  @Test(arguments: [
    ([0.0, 10], [0.0, 2, 4, 6, 8, 10]), ([8.1, 8.9], [8.2, 8.4, 8.6, 8.8]), ([-1, 1], [-1, -0.5, 0, 0.5, 1]),
    ([6000, 20000], [10000, 15000, 20000]),
  ])
  func `has round marks`(range: [Double], ticks: [Double]) {
    let scale = ValueScale(low: range[0], high: range[1], top: 0, bottom: 100)
    let found = scale.ticks(about: range[0] == 6000 ? 4 : 5)
    #expect(found.count == ticks.count)
    #expect(zip(found, ticks).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  @Test func `stands for one value too, and for the largest numbers`() throws {
    let single = try #require(ValueScale(covering: [5, 5], top: 0, bottom: 100))
    #expect(single.y(5) == 50)
    let huge = try #require(ValueScale(covering: [-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude], top: 0, bottom: 100))
    #expect(huge.y(0).isFinite)
    #expect(ValueScale(covering: [.nan], top: 0, bottom: 1) == nil)
  }
}

@Suite struct `A time axis` {
  @Test func `marks the first bar of each month and names the year`() {
    let times = (0..<260).map { Instant(iso8601: "2017-08-17")! + .days($0) }
    let ticks = TimeTick.ticks(for: times, atMost: 13)
    #expect(ticks.map(\.label) == ["Sep", "Oct", "Nov", "Dec", "Jan 2018", "Feb", "Mar", "Apr", "May"])
    #expect(ticks.map { times[$0.index].utcDay.day } == Array(repeating: 1, count: 9))
  }

  @Test func `marks the first bar that exists when the first of the month is missing`() {
    let times = ["2018-08-30", "2018-08-31", "2018-09-04", "2018-09-05"].map { Instant(iso8601: $0)! }
    #expect(TimeTick.ticks(for: times, atMost: 2).map(\.index) == [2])
  }

  @Test func `marks days among hours`() {
    let times = (0..<110).map { Instant(iso8601: "2024-09-20T14:00Z")! + .hours($0) }
    #expect(TimeTick.ticks(for: times, atMost: 8).map(\.label) == ["21 Sep", "22 Sep", "23 Sep", "24 Sep", "25 Sep"])
  }
}

@Suite struct `A line of many points` {
  @Test func `keeps the ends, the lowest and the highest point`() {
    var points = (0..<5000).map { Thinning.Point(x: Double($0), y: sin(Double($0) / 50)) }
    points[1234].y = 9
    points[4321].y = -9
    let thinned = Thinning.thinned(points, to: 300)
    #expect((300...302).contains(thinned.count))
    #expect(thinned.first == points.first && thinned.last == points.last)
    #expect(thinned.contains(points[1234]) && thinned.contains(points[4321]))
    #expect(zip(thinned, thinned.dropFirst()).allSatisfy { $0.x < $1.x })
  }

  @Test func `leaves few points alone`() {
    let points = (0..<10).map { Thinning.Point(x: Double($0), y: 0) }
    #expect(Thinning.thinned(points, to: 10) == points)
  }

  @Test func `groups bars so that none is lost`() {
    let groups = Thinning.groups(of: 1301, atMost: 600)
    #expect(groups.count <= 600)
    #expect(groups.flatMap { Array($0) } == Array(0..<1301))
  }
}

@Suite struct `A chart` {
  /// Turns heights of the drawing into values by its own printed axis, independent of the code that drew it.
  private struct Axis {
    var value: (Double) -> Double

    init(_ svg: ParsedPage.Element) throws {
      let marks = svg.all("text", class: "tick").compactMap { text -> (y: Double, value: Double)? in
        guard Double(text.attributes["x"]!)! > 836, let value = Double(text.text.filter { $0 != "," }) else { return nil }
        return (Double(text.attributes["y"]!)! - 3.5, value)
      }
      let (a, b) = (try #require(marks.first), try #require(marks.last))
      value = { a.value + ($0 - a.y) / (b.y - a.y) * (b.value - a.value) }
    }
  }

  private func numbers(_ path: String) -> [[Double]] {
    path.split(separator: "M").map { part in
      part.split(whereSeparator: { "HVZ L".contains($0) }).map { Double($0)! }
    }
  }

  @Test func `of candles draws the figures of the table beside it`() throws {
    let page = SampleReports.symbolPage(try SampleReports.candles(fixture("candles.csv")))
    let html = ParsedPage(html: try ReportRenderer().html(page))
    let svg = try #require(html.root.all("svg", class: "chart").first)
    let axis = try Axis(svg)
    let table = try #require(html.root.all("table").last { $0.all("caption").first?.text == "All bars of the charts" })
    let rows = table.all("tbody")[0].all("tr").reversed().map { row in row.all("td").prefix(4).map { Double($0.text.filter { $0 != "," })! }
    }
    #expect(rows.count == 260)
    let (step, tolerance) = (832.0 / 260, 19_800.0 / 300 * 0.25)
    var drawn = 0
    for direction in ["up", "down"] {
      let path = try #require(svg.all("path", class: "body").first { $0.classes.contains(direction) }?.attributes["d"])
      for body in numbers(path) {
        // x y, right edge, bottom, left edge
        let index = Int(((body[0] + body[2]) / 2 - 4) / step)
        let (open, close) = (rows[index][0], rows[index][3])
        #expect((close >= open) == (direction == "up"), "bar \(index)")
        #expect(abs(axis.value(body[1]) - max(open, close)) < tolerance, "top of bar \(index)")
        #expect(abs(axis.value(body[3]) - min(open, close)) < tolerance + abs(axis.value(0.4) - axis.value(0)), "bottom of bar \(index)")
        drawn += 1
      }
      let wicks = try #require(svg.all("path", class: "wick").first { $0.classes.contains(direction) }?.attributes["d"])
      let parts = numbers(wicks)
      for pair in stride(from: 0, to: parts.count, by: 2) {
        let index = Int((parts[pair][0] - 4) / step)
        #expect(abs(axis.value(parts[pair][1]) - rows[index][1]) < tolerance, "high of bar \(index)")
        #expect(abs(axis.value(parts[pair + 1][2]) - rows[index][2]) < tolerance, "low of bar \(index)")
      }
    }
    #expect(drawn == 260)
  }

  @Test func `of a ranking draws the figures of the table beside it`() throws {
    let report = SampleReports.nightly(try SampleReports.candles(fixture("candles.csv")))
    let html = ParsedPage(html: try ReportRenderer().html(report))
    let svg = try #require(html.root.all("svg", class: "bars").first)
    let table = try #require(html.root.all("table").first { $0.all("caption").first?.text == "Volatility and drawdown" })
    let rows = table.all("tbody")[0].all("tr").prefix(10)
    #expect(svg.all("text", class: "label").map(\.text) == rows.map { $0.all("th")[0].text })
    #expect(svg.all("text", class: "figure").map(\.text) == rows.map { $0.all("td")[2].text })
    let shares = rows.map { Double($0.all("td")[2].text.dropLast())! }
    let lengths = svg.all("path", class: "bar").map { numbers($0.attributes["d"]!)[0] }.map { $0[2] - $0[0] }
    #expect(zip(lengths, shares).allSatisfy { abs($0 / lengths[0] - $1 / shares[0]) < 0.003 })
  }

  @Test func `of closes marks the lowest, the highest and the last`() {
    let svg = ParsedPage(xml: Sparkline([3, 1, nil, 5, 4]).svg.text).root
    #expect(svg.all("title")[0].text == "5 bars: low 1.00, high 5.00, last 4.00, 1 missing")
    let y = { (name: String) in Double(svg.all("circle", class: name)[0].attributes["cy"]!)! }
    #expect(y("low") > y("last") && y("last") > y("high"))
    #expect(svg.all("path")[0].attributes["d"]?.filter { $0 == "M" }.count == 2)
  }

  @Test func `draws a hole where a value is missing, never a zero`() {
    let times = (0..<5).map { Instant(milliseconds: 0) + .days($0) }
    let chart = Chart(
      title: "t", finding: "f", times: times, layers: [.line(name: "x", values: [1, 2, nil, 2, .nan], style: .first)], height: 100)
    let path = ParsedPage(xml: chart.svg.text).root.all("path", class: "line")[0].attributes["d"]!
    #expect(path.filter { $0 == "M" }.count == 2)
  }

  @Test func `of many bars stays small and keeps the extremes`() throws {
    var series = CandleSeries(symbol: try Symbol("X"), interval: .minute1)
    for index in 0..<20_000 {
      let close = 100 + sin(Double(index) / 500) * 10 + (index == 7777 ? 50 : 0)
      series.append(
        openTime: Instant(milliseconds: 0) + .minutes(index), open: 100, high: max(100, close), low: min(100, close), close: close,
        volume: 1)
    }
    let page = SymbolPage(
      symbol: series.symbol, interval: .minute1, logicalDate: SampleReports.date, candles: series, source: "s", adjustmentNote: "n")
    let svg = page.priceChart.svg.text
    #expect(svg.utf8.count < 150_000)
    #expect(ParsedPage(xml: svg).root.all("rect").contains { $0.text.contains("high 16") || $0.text.contains("high 15") })
  }

  @Test func `without data says so`() {
    let chart = Chart(title: "Price of X", finding: "", times: [], layers: [], height: 100)
    #expect(chart.svg.text == "<p class=\"empty\">Price of X: no data to draw.</p>")
  }

  @Test func `looks as it was accepted`() throws {
    let series = try SampleReports.candles(fixture("candles.csv")).suffix(12)
    var page = SymbolPage(
      symbol: series.symbol, interval: .day1, logicalDate: SampleReports.date, candles: series,
      overlays: [.init("SMA 3", SampleReports.average(series.close, 3))], source: "Binance", adjustmentNote: "")
    page.gaps = [.init(before: series.openTimes[4], bars: 1)]
    page.signals = [SampleReports.signalRow(series, at: 6, .short, "macd")]
    try expectSnapshot(page.priceChart.svg.text + "\n", "price.svg")
    try expectSnapshot(page.volumeChart.svg.text + "\n", "volume.svg")
    try expectSnapshot(SampleReports.run.timeline.svg.text + "\n", "timeline.svg")
    try expectSnapshot(Sparkline(series.close).svg.text + "\n", "sparkline.svg")
  }
}
