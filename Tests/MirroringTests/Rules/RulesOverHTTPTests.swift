import Mirroring
import Testing

@Suite struct `Rules over HTTP` {
  /// A server that keeps what it is given, as the real one does: the text itself.
  private actor Server {
    private var text = "{}"
    private let put: RulesOverHTTP.Answer

    init(put: RulesOverHTTP.Answer = .init(status: 200, body: Array(#"{"status":"ok"}"#.utf8))) { self.put = put }

    func answer(_ method: String, _ keys: [String], _ body: [UInt8]?) -> RulesOverHTTP.Answer {
      guard keys == [".settings", "rules"] else { return .init(status: 404, body: []) }
      guard method == "PUT", let body else { return .init(status: 200, body: Array(text.utf8)) }
      if put.status == 200 { text = String(decoding: body, as: UTF8.self) }
      return put
    }
  }

  private let text = "{\"rules\": {\".read\": \"auth != null\"}}"

  @Test func `are put and come back`() async throws {
    let server = Server()
    let rules = RulesOverHTTP(place: "firebase https://x") { await server.answer($0, $1, $2) }
    #expect(try await rules.deploy(text).text == text)
  }

  @Test(arguments: [
    (400, #"{"error":"1:34: Expected ','.\nand so on\n"}"#, "x answered 400: 1:34: Expected ','.; and so on; the rules were not replaced"),
    (
      401, #"{"error":"Unauthorized request."}"#,
      "x answered 401: Unauthorized request.; the service account may not change rules; it needs the role Firebase Realtime Database Admin"
    ),
    (404, "<html>", "x answered 404; no database is there; look at its address and region"),
    (503, "", "x answered 503; the rules were not replaced; try again later"),
  ])
  func `that are refused are told with what the database says`(status: Int, body: String, sentence: String) async {
    let server = Server(put: .init(status: status, body: Array(body.utf8)))
    let rules = RulesOverHTTP(place: "x") { await server.answer($0, $1, $2) }
    await #expect { try await rules.deploy(text) } throws: { "\($0)" == sentence }
  }
}
