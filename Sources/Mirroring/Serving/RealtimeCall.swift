/// A request to the tree, read but not yet judged.
struct RealtimeCall: Sendable {
  enum Verb: String, Sendable { case get = "GET", put = "PUT", patch = "PATCH", post = "POST", delete = "DELETE" }

  let verb: Verb
  /// Keys as they stand in the database.
  let path: [String]
  let parameters: [(name: String, value: String)]
  let visitor: RealtimeDoor.Visitor
  let query: RealtimeQuery?
  let isSilent: Bool
  let isPretty: Bool
  let isShallow: Bool
  let isExport: Bool
  let isStream: Bool
  let ifMatch: String?
  let ifNoneMatch: String?
  /// The answer must tell the ETag.
  let wantsTag: Bool
  /// The rules are meant, not the tree.
  let isAboutRules: Bool
  let body: [UInt8]

  func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

  /// - Throws: ``RealtimeFault`` with the database's sentence.
  init(_ request: WireRequest, door: RealtimeDoor, now: Double) throws(RealtimeFault) {
    var target = Substring(request.target)
    if target.hasPrefix("http://") { target = target.dropFirst(7).drop { $0 != "/" && $0 != "?" } }
    let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    parameters = try RealtimeCall.parameters(halves.count > 1 ? halves[1] : "")
    let parameters = parameters
    func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }
    let override = request.method == "POST" ? request["x-http-method-override"] ?? parameter("x-http-method-override") : nil
    guard let verb = Verb(rawValue: (override ?? (request.method == "HEAD" ? "GET" : request.method)).uppercased()) else {
      throw RealtimeFault(405, "The method is not allowed; use GET, PUT, PATCH, POST or DELETE.")
    }
    self.verb = verb
    isAboutRules = halves[0] == "/.settings/rules.json" || halves[0] == "/.settings/rules/.json"
    path = isAboutRules ? [] : try RealtimeCall.path(halves[0])
    visitor = try door.visitor(request, parameters, now: now)
    do throws(RealtimeQuery.Defect) {
      query = try RealtimeQuery.reading(parameters)
    } catch {
      throw RealtimeFault(400, error.description)
    }
    (isSilent, isPretty) = (parameter("print") == "silent", parameter("print") == "pretty")
    (isShallow, isExport) = (parameter("shallow") == "true", parameter("format") == "export")
    isStream = request.method != "HEAD" && verb == .get && request["accept"]?.lowercased().contains("text/event-stream") == true
    (ifMatch, ifNoneMatch) = (request["if-match"], request["if-none-match"])
    wantsTag = request["x-firebase-etag"]?.lowercased() == "true" || ifMatch != nil || ifNoneMatch != nil
    body = request.body
    try checkCombinations()
  }

  private func checkCombinations() throws(RealtimeFault) {
    if let print = parameter("print"), !isSilent, !isPretty { throw RealtimeFault(400, "print must be silent or pretty, not \(print)") }
    if isShallow {
      let others = ["orderBy", "limitToFirst", "limitToLast", "startAt", "startAfter", "endAt", "endBefore", "equalTo", "format"]
      if query != nil || others.contains(where: { parameter($0) != nil }) {
        throw RealtimeFault(400, "shallow cannot be used with other query parameters")
      }
      if wantsTag { throw RealtimeFault(400, "shallow and ETags cannot be combined") }
      if isStream { throw RealtimeFault(400, "shallow cannot be streamed") }
    }
    if verb == .patch, ifMatch != nil { throw RealtimeFault(400, "if-match is not supported for PATCH") }
    if verb != .get, query != nil { throw RealtimeFault(400, "Query parameters are for reading only") }
    if let timeout = parameter("timeout") {
      guard verb == .get, RealtimeCall.seconds(timeout) != nil else {
        throw RealtimeFault(400, "timeout must be a number with ms, s or min, 15min at most, and is for reading only")
      }
    }
    if let limit = parameter("writeSizeLimit"), WriteSize(rawValue: limit) == nil {
      throw RealtimeFault(400, "writeSizeLimit must be tiny, small, medium, large or unlimited")
    }
  }

  /// How much a write may change; nil for no limit.
  var sizeLimit: WriteSize? { verb == .get ? nil : parameter("writeSizeLimit").flatMap(WriteSize.init) }

  /// How long reading may take; nil for no limit.
  var timeout: Double? { parameter("timeout").flatMap(RealtimeCall.seconds) }

  private static func seconds(_ text: String) -> Double? {
    for (unit, factor) in [("ms", 0.001), ("min", 60.0), ("s", 1.0)] where text.hasSuffix(unit) {
      guard let number = Double(text.dropLast(unit.count)), number > 0, number * factor <= 900 else { return nil }
      return number * factor
    }
    return nil
  }

  // MARK: - Addresses

  private static func path(_ text: Substring) throws(RealtimeFault) -> [String] {
    guard text.hasPrefix("/"), text.hasSuffix(".json") else {
      throw RealtimeFault(404, "Append .json to your request URL to use the REST API.")
    }
    var keys: [String] = []
    // By bytes: a slash before a combining mark is a slash, too.
    for part in text.dropLast(5).utf8.split(separator: UInt8(ascii: "/")) {
      guard let key = decoded(Substring(part), plusIsBlank: false).map(RealtimeKey.canonical) else {
        throw RealtimeFault(400, "Invalid path: the percent-encoding is malformed.")
      }
      switch RealtimeKey.defect(of: key) {
      case nil: keys.append(key)
      case .forbiddenCharacter where key == ".priority": keys.append(key)
      case .tooLong: throw RealtimeFault(400, "Invalid path: a key can't be longer than \(RealtimeKey.bytesMax) bytes.")
      case .empty, .forbiddenCharacter: throw RealtimeFault(400, "Invalid path: Invalid token in path")
      }
    }
    guard !keys.dropLast().contains(".priority") else { throw RealtimeFault(400, "Invalid path: Invalid token in path") }
    guard keys.count <= RealtimeKey.depthMax + (keys.last == ".priority" ? 1 : 0) else {
      throw RealtimeFault(400, "Invalid path: it may not be deeper than \(RealtimeKey.depthMax) levels.")
    }
    return keys
  }

  private static func parameters(_ text: Substring) throws(RealtimeFault) -> [(name: String, value: String)] {
    var parameters: [(name: String, value: String)] = []
    for part in text.split(separator: "&") {
      let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = decoded(halves[0], plusIsBlank: true), let value = decoded(halves.count > 1 ? halves[1] : "", plusIsBlank: true)
      else {
        throw RealtimeFault(400, "The percent-encoding of the query is malformed.")
      }
      parameters.append((name, value))
    }
    return parameters
  }

  /// - Returns: nil when an escape is broken or the bytes are no UTF-8.
  private static func decoded(_ text: Substring, plusIsBlank: Bool) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8.makeIterator()
    func digit(_ byte: UInt8?) -> UInt8? { byte.flatMap { Character(Unicode.Scalar($0)).hexDigitValue }.map(UInt8.init) }
    while let byte = rest.next() {
      if byte == UInt8(ascii: "%") {
        guard let high = digit(rest.next()), let low = digit(rest.next()) else { return nil }
        bytes.append(high << 4 | low)
      } else {
        bytes.append(plusIsBlank && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
