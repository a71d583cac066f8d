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
    var cubes = Cubes()
    do {
      try ForeignXML.read(answer.body) { cubes.add($0) }
    } catch {
      throw Refusal(error, in: answer.body)
    }
    var page = cubes.page
    guard cubes.isFound else { throw Refusal(.unexpectedShape, "the answer holds no reference rates") }
    guard page.rates.count <= ratesMax else { throw Refusal(.unexpectedShape, "more than \(ratesMax) rates") }
    guard page.problems.count <= RowProblem.countMax else {
      throw Refusal(.unexpectedShape, "more than \(RowProblem.countMax) rates cannot be read")
    }
    page.rates.sort { ($0.date, $0.currency) < ($1.date, $1.currency) }
    guard zip(page.rates, page.rates.dropFirst()).allSatisfy({ ($0.date, $0.currency) != ($1.date, $1.currency) }) else {
      throw Refusal(.unexpectedShape, "the answer tells a rate twice")
    }
    return Reading(value: page, isEmpty: page.rates.isEmpty && page.problems.isEmpty)
  }

  /// Where a stream of elements stands: within how many cubes, and of which day.
  private struct Cubes {
    var page = ReferenceRatePage()
    /// There is a `Cube` in an `Envelope`.
    var isFound = false
    private var isEnvelope = false
    /// Cubes from the envelope down to here, one in another.
    private var nested = 0
    private var day: String?
    private var index = 0

    /// - Returns: false when there is more than can be.
    mutating func add(_ element: ForeignXML.Element) -> Bool {
      guard element.depth > 0 else {
        isEnvelope = element.name == "Envelope"
        return isEnvelope
      }
      nested = min(nested, element.depth - 1)
      guard element.depth == nested + 1, element.depth <= 3, element.name == "Cube" else { return true }
      nested = element.depth
      switch nested {
      case 1: isFound = true
      case 2: day = element["time"]
      default: addRate(element)
      }
      return page.rates.count <= ratesMax && page.problems.count <= RowProblem.countMax
    }

    private mutating func addRate(_ cube: ForeignXML.Element) {
      switch rate(cube, day) {
      case .success(let rate): page.rates.append(rate)
      case .failure(let reason):
        let text = "\(day ?? "-") \(cube["currency"] ?? "-") \(cube["rate"] ?? "-")".printable(200)
        page.problems.append(RowProblem(index: index, openTime: nil, reason: reason, text: text))
      }
      index += 1
    }
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
