import Scheduling

/// What an adapter found in an answer that is not the data: facts about the answer, not yet about a request.
struct Refusal: Error, Equatable {
  var answer: AnswerClass
  /// What the provider did, as a clause: `answered 429, "Too many requests"`. One printable line.
  var detail: String
  /// Instead of the class's own advice.
  var advice: String?
  var silence: Silence?
  var retryAfter: Duration?
  var isTransient: Bool
  /// How often the client itself asks again, after the silence.
  var retriesMax = 0
  /// What it turns out to mean when the retries brought the same.
  var ifRepeated: Escalation?

  /// Nothing may be sent to the provider for a while.
  struct Silence: Equatable {
    var end: Instant
    var reason: String
  }

  struct Escalation: Equatable {
    var answer: AnswerClass
    var silence: Silence
  }

  init(_ answer: AnswerClass, _ detail: String, silence: Silence? = nil, isTransient: Bool? = nil) {
    (self.answer, self.detail, self.silence) = (answer, detail, silence)
    self.isTransient = isTransient ?? answer.isUsuallyTransient
  }

  /// The same answer after the last retry.
  var escalated: Refusal {
    guard let ifRepeated else { return self }
    return Refusal(ifRepeated.answer, detail, silence: ifRepeated.silence)
  }
}

extension Refusal {
  /// A body that does not parse: HTML, half a body, or another format.
  init(_ error: JSONError, in body: [UInt8]) {
    switch body.firstVisibleByte {
    case UInt8(ascii: "<"): self.init(.notJSON, "answered with HTML instead of JSON (\(body.start))")
    case nil: self.init(.unexpectedShape, "answered with an empty body", isTransient: true)
    default: self.init(.unexpectedShape, "the answer does not parse: \(error)", isTransient: error.isTruncation)
    }
  }
}

extension [UInt8] {
  /// The first byte that is no blank and no byte order mark.
  var firstVisibleByte: UInt8? {
    let hasMark = starts(with: [0xef, 0xbb, 0xbf])
    return dropFirst(hasMark ? 3 : 0).first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
  }

  /// The beginning of a body, quoted for a message.
  var start: String { "\"" + String(decoding: prefix(400), as: UTF8.self).printable(100) + "\"" }
}
