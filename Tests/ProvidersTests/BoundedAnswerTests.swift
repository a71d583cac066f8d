import Scheduling
import Testing
import Transport

@testable import Providers

/// Bodies below the client's caps that would weigh a gigabyte once they are understood. Tests/Faults/bombs.sh measures them on the built program.
@Suite struct `An answer that is all small change` {
  private func answer(_ text: String) -> ProviderAnswer { ProviderAnswer(status: 200, body: Array(text.utf8)) }

  private func repeated(_ piece: String, _ count: Int) -> String { String(repeating: piece, count: count) }

  private func refusal(_ read: () throws -> Void) -> String {
    do {
      try read()
      return "nothing"
    } catch let refusal as Refusal {
      return refusal.detail
    } catch {
      return "\(error)"
    }
  }

  @Test func `of rows that are none is refused, not kept row by row`() {
    let none = "more than 1000 rows cannot be read"
    let objects = "[\(repeated("{},", 1000)){}]"
    #expect(refusal { _ = try TickerReader.read(answer(objects), only: []) }.contains(none))
    #expect(refusal { _ = try ExchangeInfoReader.read(answer("{\"symbols\":\(objects)}")) }.contains(none))
    #expect(
      refusal { _ = try SeriesDocument.read(answer("{\"Time Series (Daily)\":{\(repeated("\"\":{},", 1000))\"\":{}}}").body) }.contains(
        none))
    #expect(refusal { _ = try SeriesDocument.read(answer("timestamp,open,high,low,close\n" + repeated("a\n", 1001)).body) }.contains(none))
    #expect(refusal { _ = try CompanyReader.read(answer("{\(repeated("\"\":{},", 1000))\"\":{}}")) }.contains(none))
  }

  @Test func `of more rows than can be is refused`() {
    let pair = #"{"symbol":"A","status":"T","baseAsset":"A","quoteAsset":"A"}"#
    let pairs = "{\"symbols\":[\(repeated(pair + ",", ExchangeInfoReader.instrumentsMax))\(pair)]}"
    #expect(refusal { _ = try ExchangeInfoReader.read(answer(pairs)) }.contains("more than the 20000 rows"))
    let few = "{\"symbols\":[\(repeated(pair + ",", 99))\(pair)]}"
    #expect((try? ExchangeInfoReader.read(answer(few)))?.value.instruments.count == 100)
  }

  @Test func `of more keys than an object has is refused`() {
    let keys = (0...JSONKeys.membersMax).map { "\"\($0)\":1" }.joined(separator: ",")
    #expect(refusal { _ = try ExchangeInfoReader.read(answer("{\(keys)}")) }.contains("an object has more than 10000 keys"))
    let inner = "{\"feed\":[{\"topics\":[\(repeated("{},", ReferenceDocument.innerItemsMax)){}]}]}"
    #expect(refusal { _ = try ReferenceDocument.read(Array(inner.utf8)) }.contains("more than the 100000 rows"))
  }

  @Test(arguments: [
    ("elements", "elements and attributes"), ("attributes", "in one element"), ("rates that are none", "cannot be read"),
    // libxml2 would remember each name to the end.
    ("names", "no XML"),
  ])
  func `of elements or names is refused`(what: String, says: String) {
    let inside =
      switch what {
      case "elements": repeated("<a/>", 2_000_001)
      case "attributes": "<a " + (0..<1000).map { "a\($0)='' " }.joined() + "/>"
      case "names": (0..<60_000).map { "<name\($0)/>" }.joined()
      default: "<Cube><Cube>\(repeated("<Cube/>", 1001))</Cube></Cube>"
      }
    #expect(refusal { _ = try ReferenceRateReader.read(answer("<Envelope>\(inside)</Envelope>")) }.contains(says))
  }

  @Test func `of elements is refused as a listing too`() {
    let bytes = Array("<ListBucketResult>\(repeated("<a/>", ArchiveListingReader.marksMax))</ListBucketResult>".utf8)
    #expect(throws: ArchiveListingDefect.tooDense) { try ArchiveListingReader.read(bytes) }
  }

  @Test func `of lines in a file of the archive is not read to its end`() {
    let rows = KlineCSVScanner.scan(Array(repeated("1\n", 5000).utf8), rowsMax: 100_000)
    #expect(rows.isCut && rows.problems.count == RowProblem.countMax + 1)
  }
}

@Suite struct `Cubes` {
  private func rates(_ inside: String) throws -> [String] {
    let body = Array("<Envelope>\(inside)</Envelope>".utf8)
    return try ReferenceRateReader.read(ProviderAnswer(status: 200, body: body)).value.rates.map { "\($0.date) \($0.currency) \($0.rate)" }
  }

  @Test func `count where they stand within two others, and nowhere else`() throws {
    let usd = "<Cube currency='USD' rate='1.5'/>"
    #expect(
      try rates("<Cube><Cube time='2026-01-02'>\(usd)</Cube><Other>\(usd)</Other><Cube time='2026-01-05'><Other/>\(usd)</Cube></Cube>")
        == ["2026-01-02 USD 1.5", "2026-01-05 USD 1.5"])
    #expect(
      try rates("<Cube><Cube time='2026-01-02'><Other>\(usd)</Other><Cube currency='JPY' rate='2'>\(usd)</Cube></Cube></Cube>")
        == ["2026-01-02 JPY 2.0"])
    #expect(try rates("<Other><Cube time='2026-01-02'>\(usd)</Cube></Other><Cube/>") == [])
  }
}
