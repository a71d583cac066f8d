import Scheduling

/// What Binance says when it says no: `{"code":-1121,"msg":"Invalid symbol."}`.
///
/// Codes decide, never the text, which changes over the years.
enum BinanceRules {
  /// - Returns: nil when the body may be the data.
  static func refusal(_ answer: ProviderAnswer) -> Refusal? {
    if let status = answer.status, !(200..<300).contains(status) {
      return explained(answer.body) ?? StatusRules.unexplained(status: status, body: answer.body)
    }
    guard answer.body.firstVisibleByte == UInt8(ascii: "{") else { return nil }
    return explained(answer.body)
  }

  /// - Returns: nil when the body is no error object.
  private static func explained(_ body: [UInt8]) -> Refusal? {
    guard let (code, message) = error(in: body) else { return nil }
    let detail = "answered code \(code), \"\(message.printable(160))\""
    if let geo = geographic(code, message, detail) { return geo }
    return Refusal(answerClass(of: code), detail)
  }

  /// Code 0 is the only one that says nothing.
  private static func geographic(_ code: Int, _ message: String, _ detail: String) -> Refusal? {
    code == 0 && message.contains("restricted location") ? Refusal(.geo, detail) : nil
  }

  static func answerClass(of code: Int) -> AnswerClass {
    switch code {
    case -1121: .unknownSymbol
    case -1003, -1015: .limited
    case -1000, -1001, -1006, -1007, -1008, -1016: .server
    case -1022, -2014, -2015: .auth
    case -2013 ... -2010, -1199 ... -1100, -1299 ... -1200, -1021, -1020: .badRequest
    default: .unexpectedShape
    }
  }

  /// The members of an error object; a body of more than a few kilobytes is none.
  private static func error(in body: [UInt8]) -> (code: Int, message: String)? {
    guard body.count <= 16_384 else { return nil }
    // A body that is no error object is judged by whoever asked for it; here its mistakes do not matter.
    return try? body.span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in
      var scanner = JSONScanner(bytes)
      var (code, message): (Int?, String?) = (nil, nil)
      var keys = JSONKeys()
      try scanner.enterObject()
      while let key = try scanner.nextKey(notIn: &keys) {
        if scanner.matches(key, "code"), try scanner.kind() == .number {
          code = Int(scanner.source(try scanner.number()))
        } else if scanner.matches(key, "msg"), try scanner.kind() == .string {
          message = scanner.string(try scanner.string())
        } else {
          try scanner.skipValue()
        }
      }
      try scanner.end()
      return code.map { ($0, message ?? "") }
    }
  }
}
