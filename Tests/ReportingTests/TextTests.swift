import Scheduling
import Testing

@testable import Reporting

@Suite struct `A number` {
  @Test(arguments: [
    (1234.5, 2, "1,234.50"), (-5.25, 2, "\u{2212}5.25"), (0, 2, "0.00"), (-0.004, 2, "0.00"), (0.005, 2, "0.01"), (1.005, 2, "1.00"),
    (2.5, 0, "2"), (3.5, 0, "4"), (999.9996, 3, "1,000.000"), (1_234_567, 0, "1,234,567"), (0.00001234, 8, "0.00001234"),
    (1e15, 2, "1,000,000,000,000,000.00"), (123.456, 1, "123.5"),
  ])
  func `is written with separators, its decimals and a true minus`(value: Double, decimals: Int, text: String) {
    #expect(NumberStyle(decimals: decimals).text(value) == text)
  }

  @Test func `that is not known reads missing, never zero`() {
    #expect(NumberStyle.count.text(nil as Int?) == "missing")
    #expect(NumberStyle.change.text(share: nil) == "missing")
    #expect(NumberStyle.ratio.text(Double.nan) == "missing")
    #expect(NumberStyle.short(.infinity) == "missing")
  }

  @Test(arguments: [
    ([6411.76, 4261.48], 2), ([204.47, 1.5], 2), ([0.07432, 0.0751], 5), ([1.23456], 5), ([100.123456], 3), ([0.000012345], 9), ([], 2),
  ])
  func `of a price column has the decimals that the prices have, within six digits`(prices: [Double], decimals: Int) {
    #expect(NumberStyle.prices(prices).decimals == decimals)
  }

  @Test(arguments: [(0.0123, "+1.23%"), (-0.0123, "\u{2212}1.23%"), (0.0, "0.00%"), (-0.00001, "0.00%")])
  func `that is a share reads as percent`(share: Double, text: String) {
    #expect(NumberStyle.change.text(share: share) == text)
  }

  @Test(arguments: [(38768.0, "38.8\u{202F}k"), (1_240_000, "1.24\u{202F}M"), (0, "0"), (12.5, "12.50"), (-2e9, "\u{2212}2.00\u{202F}B")])
  func `in its short form keeps three digits`(value: Double, text: String) {
    #expect(NumberStyle.short(value) == text)
  }
}

@Suite struct `A length of time` {
  @Test(arguments: [
    (0, "0 ms"), (250, "250 ms"), (6100, "6.1 s"), (59_940, "59.9 s"), (59_960, "1m00s"), (271_000, "4m31s"), (7_500_000, "2h05m"),
    (273_600_000, "3d04h"), (-6100, "\u{2212}6.1 s"),
  ])
  func `is written in one system of units`(milliseconds: Int, text: String) {
    #expect(TimeStyle.length(.milliseconds(milliseconds)) == text)
  }
}

@Suite struct `Text from outside` {
  @Test(arguments: [
    ("plain", "plain"), ("a\u{202E}b", "a[U+202E]b"), ("a\u{0}b", "a[U+0000]b"), ("a\r\nb\tc", "a b c"), ("\u{1B}[31m", "[U+001B][31m"),
    ("e\u{301}", "e\u{301}"), ("<\u{338}script>", "<[U+0338]script>"), ("\"\u{301}onload=", "\"[U+0301]onload="), ("日本", "日本"),
  ])
  func `shows what it hides`(text: String, shown: String) {
    #expect(Array(VisibleText.shown(text).unicodeScalars) == Array(shown.unicodeScalars))
  }
}

@Suite struct `A plain table` {
  private let table = PlainTable(
    [.init("SYMBOL"), .init("ROWS", .right)], rows: [["BTCUSDT", "1,484"], ["a-very-long-symbol-name", "7"], ["日本", "22"]])

  @Test func `pads text right and numbers left, without spaces at line ends`() {
    #expect(
      table.text() == """
        SYMBOL                    ROWS
        BTCUSDT                  1,484
        a-very-long-symbol-name      7
        日本                        22

        """)
  }

  @Test func `cuts text in the middle when the terminal is narrow, never numbers`() {
    #expect(
      table.text(width: 19)
        == """
        SYMBOL         ROWS
        BTCUSDT       1,484
        a-very…-name      7
        日本             22

        """)
  }

  @Test(arguments: [("abcdefgh", 5, "ab…gh"), ("abcdefgh", 8, "abcdefgh"), ("abc", 1, "…"), ("abc", 0, ""), ("日本語東京", 6, "日…京")])
  func `cuts to columns`(text: String, width: Int, cut: String) {
    #expect(PlainTable.cutInTheMiddle(text, to: width) == cut)
  }

  @Test func `stays wider rather than cut below eight columns`() {
    #expect(table.text(width: 3).split(separator: "\n").map(\.count).max() == 15)
  }
}
