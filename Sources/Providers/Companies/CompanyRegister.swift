public import MarketData
public import Scheduling

/// A ticker of a company that reports to the SEC.
public struct RegisteredCompany: Sendable, Equatable {
  /// Class shares with a hyphen: `BRK-B`.
  public let symbol: Symbol
  /// The number under which its filings are found, ten digits: `0000320193`.
  public let cik: String
  /// One printable line.
  public let title: String

  public init(symbol: Symbol, cik: String, title: String) {
    (self.symbol, self.cik, self.title) = (symbol, cik, title)
  }
}

/// The companies of one answer.
public struct CompanyPage: Sendable, Equatable {
  /// The largest first.
  public var companies: [RegisteredCompany] = []
  public var problems: [RowProblem] = []
  /// SHA-256 of the response, 64 hexadecimal digits.
  public var responseHash = ""

  public init() {}
}

/// The SEC's list of tickers: about 10,000, one request. It refuses whoever does not say in the User-Agent who asks.
///
/// - Source: SEC, "Accessing EDGAR Data"; a recorded answer of 2023.
public struct CompanyRegister: Sendable {
  public static let publicBaseURL = "https://www.sec.gov"

  let client: ProviderClient

  public init(_ client: ProviderClient) { self.client = client }

  public var name: String { client.settings.name }

  /// - Throws: ``ProviderFailure``; `CancellationError`; what the archive or the limiter throws.
  public func companies(logicalDate: Instant, latest: Instant? = nil) async throws -> CompanyPage {
    let request = ProviderRequest(path: "/files/company_tickers.json", query: [], weight: 1, subject: "company tickers")
    do {
      let answered = try await client.ask(request, logicalDate: logicalDate, latest: latest) { answer, _ throws(Refusal) in
        try CompanyReader.read(answer)
      }
      var page = answered.value
      page.responseHash = answered.responseHash
      return page
    } catch let failure as ProviderFailure where failure.answer == .waf {
      throw ProviderFailure(
        answer: .waf, provider: name, subject: request.subject,
        message: "\(name) \(request.subject): answered 403; it wants to know who asks: write `contact: \"Name name@example.com\"` for "
          + "`\(name)` in Jobs/config/providers.yaml.", isTransient: false)
    }
  }
}

/// Reads `{"0":{"cik_str":320193,"ticker":"AAPL","title":"Apple Inc."},…}`: an object whose keys are places.
enum CompanyReader {
  static let companiesMax = 100_000

  static func read(_ answer: ProviderAnswer) throws(Refusal) -> Reading<CompanyPage> {
    if let status = answer.status, !(200..<300).contains(status) {
      throw StatusRules.unexplained(status: status, body: answer.body)
    }
    var page = CompanyPage()
    do {
      try answer.body.span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in
        var (scanner, found) = (JSONScanner(bytes), [(place: Int, company: RegisteredCompany)]())
        var index = 0
        try scanner.enterObject()
        while let key = try scanner.nextKey() {
          guard index < companiesMax else { throw JSONError(offset: scanner.offset, fact: .tooManyRows(rowsMax: companiesMax)) }
          let start = key.range.lowerBound - 1
          let place = Int(scanner.string(key)) ?? index
          switch company(try scanner.members()) {
          case .success(let company): found.append((place, company))
          case .failure(let reason):
            let text = scanner.source(start..<min(scanner.offset, start + RowProblem.textBytesMax))
            try page.problems.add(RowProblem(index: index, openTime: nil, reason: reason, text: text), at: start)
          }
          index += 1
        }
        try scanner.end()
        page.companies = found.sorted { $0.place < $1.place }.map(\.company)
      }
    } catch {
      throw Refusal(error, in: answer.body)
    }
    guard !page.companies.isEmpty else { throw Refusal(.unexpectedShape, "the answer holds no company") }
    return Reading(value: page, isEmpty: false)
  }

  private static func company(_ members: [String: String]) -> Result<RegisteredCompany, RowProblem.Reason> {
    guard let number = members["cik_str"] else { return .failure(.missingField("cik_str")) }
    guard let cik = UInt64(number), number.utf8.count <= 10 else { return .failure(.notANumber(field: "cik_str")) }
    guard let ticker = members["ticker"] else { return .failure(.missingField("ticker")) }
    // `try?`: the only reason to fail is a name that is no symbol, and that is what is reported.
    guard let symbol = try? Symbol(ticker) else { return .failure(.notASymbol) }
    let digits = String(cik)
    return .success(
      RegisteredCompany(
        symbol: symbol, cik: String(repeating: "0", count: 10 - digits.utf8.count) + digits,
        title: (members["title"] ?? "").printable(300)))
  }
}
