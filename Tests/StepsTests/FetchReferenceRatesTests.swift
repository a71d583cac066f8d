import Providers
import Scheduling
import Testing

@testable import Steps

@Suite struct `Fetching reference rates` {
  @Test(
    arguments: [
      (nil, "2026-01-15T07:00:00Z", .quarter), ("2026-01-14", "2026-01-15T07:00:00Z", nil), ("2026-01-14", "2026-01-15T15:00:00Z", .day),
      ("2026-01-13", "2026-01-15T07:00:00Z", .day), ("2026-01-12", "2026-01-15T07:00:00Z", .quarter),
      // A Monday morning: Friday's rates are the last.
      ("2026-01-16", "2026-01-19T07:00:00Z", nil), ("2026-01-15", "2026-01-19T07:00:00Z", .day),
      ("2025-01-15", "2026-01-15T07:00:00Z", .all),
    ] as [(String?, String, EuropeanCentralBank.Span?)])
  func `asks for no more than is missing`(last: String?, date: String, span: EuropeanCentralBank.Span?) {
    let found = FetchReferenceRates.span(known: last.map { CivilDate($0)! }, wanted: .quarter, at: Instant(iso8601: date)!)
    #expect(found == span)
  }
}
