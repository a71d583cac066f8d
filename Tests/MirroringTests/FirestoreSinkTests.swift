import Scheduling
import Testing
import Transport

@testable import Mirroring

@Suite struct `Cloud Firestore` {
  private let time = HastyTime()

  private func sink(_ http: ScriptedHTTP) -> FirestoreSink {
    FirestoreSink(
      WebAddress(FirestoreSink.address)!, project: "my-project",
      sender: PatientSender(http: http, time: time, authorization: .owner) { 0.5 })
  }

  @Test(arguments: [
    ("1", "{\"integerValue\":\"1\"}"), ("-9223372036854775808", "{\"integerValue\":\"-9223372036854775808\"}"),
    ("1.0", "{\"doubleValue\":1.0}"), ("1e3", "{\"doubleValue\":1e3}"), ("true", "{\"booleanValue\":true}"),
    ("null", "{\"nullValue\":null}"),
    ("\"x\"", "{\"stringValue\":\"x\"}"), ("\"2026-01-15T07:00:00.250Z\"", "{\"timestampValue\":\"2026-01-15T07:00:00.250Z\"}"),
    ("\"2026-13-15T07:00:00Z\"", "{\"stringValue\":\"2026-13-15T07:00:00Z\"}"), ("[]", "{\"arrayValue\":{}}"),
    ("[1,\"a\"]", "{\"arrayValue\":{\"values\":[{\"integerValue\":\"1\"},{\"stringValue\":\"a\"}]}}"),
    ("{\"a\":{\"b\":2}}", "{\"mapValue\":{\"fields\":{\"a\":{\"mapValue\":{\"fields\":{\"b\":{\"integerValue\":\"2\"}}}}}}}"),
  ])
  func `writes values with their types, and reads them back`(json: String, typed: String) {
    let value = WireValue(json: json)!
    #expect(FirestoreValue.encoded(value).json == typed)
    #expect(FirestoreValue.decoded(WireValue(json: typed)!) == value)
  }

  @Test(arguments: [
    "{\"integerValue\":1}", "{\"doubleValue\":\"1\"}", "{}", "{\"stringValue\":\"a\",\"nullValue\":null}",
    "{\"mapValue\":{\"fields\":{\"a\":{\"integerValue\":2}}}}",
  ])
  func `is not read where a value has another form`(typed: String) { #expect(FirestoreValue.decoded(WireValue(json: typed)!) == nil) }

  @Test(
    arguments: [
      (["quotes", "binance", "BTC/USDT", "1d"], "market_data", "BTC%2FUSDT", "quotes.binance.`1d`"),
      (["signals", "AAPL", "1d", "rsi", "2026-01-15T00:00:00Z"], "signals", "AAPL|1d|rsi|2026-01-15T00:00:00Z", ""),
      (["reports", "nightly", "2026-01-15"], "reports", "nightly|2026-01-15", ""),
      (["users", "u1", "results", "a b"], "users", "u1", "results.`a b`"),
      (["mirror", "current"], "mirror", "current", ""), (["other", "..", "x`y"], "other", "%2E.", "`x\\`y`"),
      (["other", "__a__"], "other", "%5F_a__", ""),
    ] as [([String], String, String, String)])
  func `lays paths out as documents and fields`(keys: [String], collection: String, document: String, field: String) {
    guard case .place(let place) = FirestoreLayout.target(of: keys) else { return #expect(Bool(false), "\(keys)") }
    #expect(place.collection == collection && place.document == document && FirestoreLayout.fieldPath(place.field) == field)
  }

  @Test func `is told in one commit with one write for each document, masked where only fields change`() async throws {
    let http = ScriptedHTTP([(200, "{}")])
    func change(_ path: String, _ value: String?) -> RealtimeChange { RealtimeChange(path: RealtimePath(escaped: path)!, value: value) }
    try await sink(http).apply([
      change("quotes/binance/BTCUSDT/1d", "{\"close\":1.5,\"tags\":[\"a\"]}"), change("signals/A/1d/rsi/t", "{\"n\":1}"),
      change("quotes/binance/BTCUSDT/1h", nil), change("signals/A/1d/rsi/u", nil),
    ])
    let request = try #require(http.asked.first)
    #expect(
      http.asked.count == 1 && request.url == "https://firestore.googleapis.com/v1/projects/my-project/databases/(default)/documents:commit"
    )
    let root = "projects/my-project/databases/(default)/documents"
    #expect(
      String(decoding: request.body!, as: UTF8.self) == """
        {"writes":[\
        {"update":{"fields":{"quotes":{"mapValue":{"fields":{"binance":{"mapValue":{"fields":{"1d":{"mapValue":{"fields":{"close":{"doubleValue":1.5},\
        "tags":{"arrayValue":{"values":[{"stringValue":"a"}]}}}}}}}}}}}},"name":"\(root)/market_data/BTCUSDT"},\
        "updateMask":{"fieldPaths":["quotes.binance.`1d`","quotes.binance.`1h`"]}},\
        {"update":{"fields":{"n":{"integerValue":"1"}},"name":"\(root)/signals/A|1d|rsi|t"}},\
        {"delete":"\(root)/signals/A|1d|rsi|u"}]}
        """)
  }

  @Test func `is asked again after contention, whole`() async throws {
    let http = ScriptedHTTP([(409, "[{\"error\":{\"code\":409,\"message\":\"contention\",\"status\":\"ABORTED\"}}]"), (200, "{}")])
    try await sink(http).apply([RealtimeChange(path: RealtimePath("users", "u"), value: "{\"a\":1}")])
    #expect(http.asked.count == 2 && time.sleeps == [.milliseconds(250)])
  }

  @Test(
    arguments: [
      (401, "UNAUTHENTICATED", MirrorFailure.Kind.credentials), (403, "PERMISSION_DENIED", .credentials), (404, "NOT_FOUND", .permanent),
      (409, "ALREADY_EXISTS", .conflict), (400, "INVALID_ARGUMENT", .refused), (400, "FAILED_PRECONDITION", .permanent),
    ] as [(Int, String, MirrorFailure.Kind)])
  func `that refuses is explained`(status: Int, word: String, kind: MirrorFailure.Kind) async {
    let http = ScriptedHTTP([(status, "{\"error\":{\"code\":\(status),\"message\":\"because\",\"status\":\"\(word)\"}}")])
    await #expect { try await sink(http).apply([RealtimeChange(path: RealtimePath("users", "u"), value: "{\"a\":1}")]) } throws: {
      ($0 as? MirrorFailure)?.kind == kind
        && "\($0)".contains("firestore https://firestore.googleapis.com/my-project: users/u: it answered \(status), \(word): because")
    }
    #expect(http.asked.count == 1)
  }
}
