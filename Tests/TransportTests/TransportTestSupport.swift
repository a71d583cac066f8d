import Testing
import Transport

func client(_ redactor: Redactor = Redactor()) -> CurlHTTPClient {
  CurlHTTPClient(userAgent: "jobs/test", redactor: redactor)
}

/// How sending fails; nil when it does not.
func transportError(_ send: () async throws -> HTTPResponse) async -> TransportError? {
  do {
    let response = try await send()
    Issue.record("an answer with the status \(response.status) and \(response.body.count) bytes")
    return nil
  } catch let error as TransportError {
    return error
  } catch {
    Issue.record("not a transport error: \(error)")
    return nil
  }
}

func expect(
  _ error: TransportError, sourceLocation: SourceLocation = #_sourceLocation, _ send: () async throws -> HTTPResponse
) async {
  let actual = await transportError(send)
  #expect(actual == error, sourceLocation: sourceLocation)
}
