import Reporting
import Testing

@Suite struct `A page of metrics` {
  @Test func `has a help and a type per family, escaped labels, and no family without a sample`() {
    let page = MetricsPage([
      MetricFamily("jobs_last_success_timestamp_seconds", "When\nit \"was\" \\.", [.init([.init("job", "a\"b\\c\nd")], 1_768_435_200.25)]),
      MetricFamily("jobs_none", "Nothing.", []),
      MetricFamily(
        "jobs_http_requests_total", "Answers.", kind: .counter,
        [.init([.init("provider", "x"), .init("status", "200")], 3), .init([.init("provider", "x"), .init("status", "200")], 4)]),
      MetricFamily("jobs_odd", "Odd.", [.init([], .nan), .init([.init("a", "1")], .infinity), .init([.init("a", "2")], -.infinity)]),
    ])
    #expect(
      page.text == #"""
        # HELP jobs_last_success_timestamp_seconds When\nit "was" \\.
        # TYPE jobs_last_success_timestamp_seconds gauge
        jobs_last_success_timestamp_seconds{job="a\"b\\c\nd"} 1768435200.25
        # HELP jobs_http_requests_total Answers.
        # TYPE jobs_http_requests_total counter
        jobs_http_requests_total{provider="x",status="200"} 4
        # HELP jobs_odd Odd.
        # TYPE jobs_odd gauge
        jobs_odd NaN
        jobs_odd{a="1"} +Inf
        jobs_odd{a="2"} -Inf

        """#)
  }

  @Test func `bounds the values of labels`() {
    let page = MetricsPage([MetricFamily("jobs_x", "X.", [.init([.init("job", String(repeating: "é", count: 5000))], 1)])])
    #expect(page.text.count < 200)
  }
}
