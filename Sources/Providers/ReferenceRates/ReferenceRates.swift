import Foundation
public import Scheduling

/// What one euro was worth on a day.
public struct ReferenceRate: Sendable, Hashable {
  public let date: CivilDate
  /// Three capital letters: `USD`.
  public let currency: String
  /// Units of the currency for one euro, above zero.
  public let rate: Double

  public init(date: CivilDate, currency: String, rate: Double) {
    (self.date, self.currency, self.rate) = (date, currency, rate)
  }
}

/// The rates of one answer.
public struct ReferenceRatePage: Sendable, Equatable {
  /// Oldest day first, then by currency; what had been published at the logical date.
  public var rates: [ReferenceRate] = []
  public var problems: [RowProblem] = []
  /// SHA-256 of the response, 64 hexadecimal digits.
  public var responseHash = ""

  public init() {}
}

/// The euro reference rates of the European Central Bank: one number per currency and working day, published about 16:00 in Frankfurt.
///
/// Weekends, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December have none. Currencies come and go (BGN, HRK, RUB left): one
/// that is missing is no error.
/// - Source: European Central Bank, "Euro foreign exchange reference rates"; recorded answers.
public struct EuropeanCentralBank: Sendable {
  public static let publicBaseURL = "https://www.ecb.europa.eu"

  let client: ProviderClient

  public init(_ client: ProviderClient) { self.client = client }

  public var name: String { client.settings.name }

  /// What can be asked for; each holds the ones before.
  public enum Span: String, Sendable, CaseIterable {
    /// The last day.
    case day
    /// The last ninety days, some 63 with rates.
    case quarter
    /// Since 1999.
    case all

    var path: String {
      switch self {
      case .day: "/stats/eurofxref/eurofxref-daily.xml"
      case .quarter: "/stats/eurofxref/eurofxref-hist-90d.xml"
      case .all: "/stats/eurofxref/eurofxref-hist.xml"
      }
    }
  }

  /// Asks for the rates of a span that had been published at the logical date.
  /// - Throws: ``ProviderFailure``; `CancellationError`; what the archive or the limiter throws.
  public func rates(_ span: Span, logicalDate: Instant, latest: Instant? = nil) async throws -> ReferenceRatePage {
    let request = ProviderRequest(path: span.path, query: [], weight: 1, subject: "reference rates")
    let answered = try await client.ask(request, logicalDate: logicalDate, latest: latest) { answer, _ throws(Refusal) in
      try ReferenceRateReader.read(answer)
    }
    var page = answered.value
    page.rates.removeAll { EuropeanCentralBank.publication(on: $0.date) > logicalDate }
    page.responseHash = answered.responseHash
    return page
  }

  /// When the rates of a day are published: 16:00 in Frankfurt.
  public static func publication(on day: CivilDate) -> Instant {
    let inWinter = day.midnight + .hours(15)
    // Without zone rules winter time is assumed: an hour late in summer, never early.
    guard let zone else { return inWinter }
    return day.midnight + .hours(16) - .seconds(zone.secondsFromGMT(for: inWinter.date))
  }

  private static let zone = TimeZone(identifier: "Europe/Berlin")
}
