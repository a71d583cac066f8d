import Foundation
import Scheduling

/// The euro reference rates, made from a seed: working days up to now, published at 16:00 in Frankfurt.
struct ReferenceRateService: Sendable {
  let seed: UInt64

  private static let levels: [(currency: String, rate: Double)] = [
    ("USD", 1.08), ("JPY", 163), ("CZK", 25.1), ("DKK", 7.46), ("GBP", 0.855), ("HUF", 395), ("PLN", 4.31), ("SEK", 11.5), ("CHF", 0.953),
    ("NOK", 11.7), ("AUD", 1.64), ("CAD", 1.48), ("CNY", 7.82), ("INR", 90.4), ("KRW", 1480),
  ]
  private static let first = CivilDate(year: 1999, month: 1, day: 4)!

  func answer(_ request: Request, now: Instant) -> Answer {
    var last = now.utcDay
    while !(1...5).contains(last.weekday) || last.midnight + .hours(15) > now { last = last.adding(days: -1) }
    let start: CivilDate
    switch request.path {
    case "/stats/eurofxref/eurofxref-daily.xml": start = last
    case "/stats/eurofxref/eurofxref-hist-90d.xml": start = last.adding(days: -89)
    case "/stats/eurofxref/eurofxref-hist.xml": start = ReferenceRateService.first
    default: return Answer(status: 404, contentType: "text/html", body: Array("<html><body>Not Found</body></html>".utf8))
    }
    var writer = ByteWriter(capacity: 1 << 16)
    writer.text(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">\
      <gesmes:subject>Reference rates</gesmes:subject><gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender><Cube>

      """)
    var day = last
    while day >= start, day >= ReferenceRateService.first {
      if (1...5).contains(day.weekday) { write(day, into: &writer) }
      day = day.adding(days: -1)
    }
    writer.text("</Cube></gesmes:Envelope>\n")
    return Answer(contentType: "text/xml", body: writer.bytes)
  }

  /// Two slow waves and a little noise: the same for a day whoever asks when.
  private func write(_ day: CivilDate, into writer: inout ByteWriter) {
    writer.string("<Cube time='\(day)'>")
    for (currency, level) in ReferenceRateService.levels {
      var draw = Draw(Draw.key(Draw.key(seed ^ 0xECB, name: currency), UInt64(bitPattern: Int64(day.daysSinceEpoch))))
      let turn = Double(day.daysSinceEpoch) + Double(Draw.key(seed, name: currency) % 1000)
      let rate = level * (1 + 0.06 * sin(turn / 290) + 0.02 * sin(turn / 47) + 0.003 * (draw.uniform() - 0.5))
      let decimals = rate >= 100 ? 2 : 4
      writer.string("<Cube currency='\(currency)' rate='\(String(format: "%.\(decimals)f", rate))'/>")
    }
    writer.text("</Cube>\n")
  }
}
