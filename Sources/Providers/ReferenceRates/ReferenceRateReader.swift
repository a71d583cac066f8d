import MarketData
import Scheduling

/// Reads the bank's XML: `Cube` within `Cube` within `Cube`; their attributes tell which is a day and which a rate.
enum ReferenceRateReader {
  /// Forty currencies on seven thousand days are 280,000.
  static let ratesMax = 1_000_000

  static func read(_ answer: ProviderAnswer) throws(Refusal) -> Reading<ReferenceRatePage> {
    if let status = answer.status, !(200..<300).contains(status) {
      throw Refusal(.badRequest, "answered \(status) (\(answer.body.start))")
    }
    let page: ReferenceRatePage?
    do {
      page = try ForeignXML.read(answer.body) { root throws(ForeignXML.Defect) in root.name == "Envelope" ? self.page(root) : nil }
    } catch {
      throw Refusal(error, in: answer.body)
    }
    guard let page else { throw Refusal(.unexpectedShape, "the answer holds no reference rates") }
    guard page.rates.count + page.problems.count <= ratesMax else { throw Refusal(.unexpectedShape, "more than \(ratesMax) rates") }
    let keys = Set(page.rates.map { "\($0.date) \($0.currency)" })
    guard keys.count == page.rates.count else { throw Refusal(.unexpectedShape, "the answer tells a rate twice") }
    return Reading(value: page, isEmpty: page.rates.isEmpty && page.problems.isEmpty)
  }

  /// - Returns: nil when there is no `Cube` at all.
  private static func page(_ root: ForeignXML.Element) -> ReferenceRatePage? {
    var (page, isFound, index) = (ReferenceRatePage(), false, 0)
    for whole in root.children where whole.name == "Cube" {
      isFound = true
      for day in whole.children where day.name == "Cube" {
        for cube in day.children where cube.name == "Cube" {
          switch rate(cube, day["time"]) {
          case .success(let rate): page.rates.append(rate)
          case .failure(let reason):
            let text = "\(day["time"] ?? "-") \(cube["currency"] ?? "-") \(cube["rate"] ?? "-")".printable(200)
            page.problems.append(RowProblem(index: index, openTime: nil, reason: reason, text: text))
          }
          index += 1
        }
      }
    }
    page.rates.sort { ($0.date, $0.currency) < ($1.date, $1.currency) }
    return isFound ? page : nil
  }

  private static func rate(_ cube: ForeignXML.Element, _ day: String?) -> Result<ReferenceRate, RowProblem.Reason> {
    guard let date = day.flatMap({ CivilDate($0) }) else { return .failure(.notADate) }
    guard let currency = cube["currency"], currency.utf8.count == 3,
      currency.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
    else { return .failure(.notASymbol) }
    guard let text = cube["rate"] else { return .failure(.missingField("rate")) }
    guard let rate = DecimalReader.value(of: text), rate.isFinite else { return .failure(.notANumber(field: "rate")) }
    guard rate > 0 else { return .failure(.negative(field: "rate")) }
    return .success(ReferenceRate(date: date, currency: currency, rate: rate))
  }
}
