import Transport

/// `{"error":{"code":409,"message":"…","status":"ABORTED"}}`; some endpoints wrap it in an array.
struct FirestoreError {
  var status = ""
  var message = ""
  let code: Int

  init(_ answer: HTTPResponse) {
    code = answer.status
    guard !(200...299).contains(answer.status) else { return }
    var value = WireValue(json: answer.body)
    if case .array(let elements)? = value { value = elements.first }
    guard case .object(let outer)? = value, case .object(let error)? = outer["error"] else {
      message = String(decoding: answer.body.prefix(500), as: UTF8.self)
      return
    }
    if case .string(let text)? = error["status"] { status = text }
    if case .string(let text)? = error["message"] { message = text }
  }

  /// A document that is not there; that the database is not is told otherwise.
  var isMissingDocument: Bool {
    status == "NOT_FOUND" && !message.lowercased().contains("database (default)")
      && !message.lowercased().contains("does not exist for project")
  }
}

extension FirestoreSink {
  /// - Throws: ``MirrorFailure`` unless the answer is one of success.
  func demand(_ answer: HTTPResponse, _ subject: String) async throws {
    guard !(200...299).contains(answer.status) else {
      if answer.body.first(where: { $0 > 0x20 }) == UInt8(ascii: "<") {
        throw MirrorFailure(.permanent, "\(subject): a web page came instead of an answer; does a proxy answer?")
      }
      return
    }
    let error = FirestoreError(answer)
    let said = await sender.serverText().shown([error.status, error.message].filter { !$0.isEmpty }.joined(separator: ": "))
    let begin = "\(subject): it answered \(answer.status)" + (said.isEmpty ? "" : ", \(said)")
    throw switch answer.status {
    case 400 where error.status == "INVALID_ARGUMENT": MirrorFailure(.refused, begin)
    case 401: MirrorFailure(.credentials, "\(begin); is the service account one of this project?")
    case 403: MirrorFailure(.credentials, "\(begin); give the service account the role `Cloud Datastore User` in the Google Cloud console")
    case 404:
      MirrorFailure(
        .permanent, "\(begin); make the database (native mode) in the console, and check `project` in Jobs/config/realtime.yaml")
    case 409: MirrorFailure(.conflict, begin)
    case 413: MirrorFailure(.tooLarge, begin)
    default: MirrorFailure(.permanent, begin)
    }
  }
}
