import Transport

extension FirebaseSink: RealtimeReading {
  /// Its security rules.
  public var rules: any RulesDeployment {
    RulesOverHTTP(place: place) { method, keys, body in
      // The keys of settings begin with a dot, which no key of the tree does: they are not escaped.
      var request = self.request(method, [], body: body)
      request.url = self.address.settingsURL(keys)
      let answer = try await self.sender.send(request, subject: "\(self.place): its security rules")
      return RulesOverHTTP.Answer(status: answer.status, body: answer.body)
    }
  }

  /// The most that is read at once: 16 MB.
  private static let valueBytesMax = 16 << 20
  /// Children that are read at once where all of them are more.
  private static let childrenMax = 500

  /// Read whole where that is not too much, else some children at a time.
  public func value(at path: [String]) async throws -> RealtimeValue {
    if let value = try await whole(path, []) { return value }
    var children: [String: RealtimeValue] = [:]
    // The database orders keys that are whole numbers before others, as numbers: each is asked for by itself.
    let keys = try await keys(at: RealtimePath(path), in: .root)
    let texts = keys.filter { Int32($0) == nil }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var groups = keys.filter { Int32($0) != nil }.map { [$0][...] }
    for start in stride(from: 0, to: texts.count, by: FirebaseSink.childrenMax) {
      groups.append(texts[start..<min(texts.count, start + FirebaseSink.childrenMax)])
    }
    while let group = groups.popLast() {
      let ends = [group.first!, group.last!].map { WireValue.string($0).json }
      if let part = try await whole(path, [("orderBy", "\"$key\""), ("startAt", ends[0]), ("endAt", ends[1])]) {
        children.merge(part.children) { $1 }
      } else if group.count > 1 {
        let middle = group.startIndex + group.count / 2
        groups += [group[..<middle], group[middle...]]
      } else {
        throw MirrorFailure(
          .permanent, "\(place): /\((path + [group.first!]).joined(separator: "/")) has more than \(FirebaseSink.valueBytesMax >> 20) MB")
      }
    }
    return .node(children)
  }

  /// nil: it is too much.
  private func whole(_ path: [String], _ query: [(String, String)]) async throws -> RealtimeValue? {
    let subject = "\(place): /\(path.joined(separator: "/"))"
    var request = request("GET", path, query: query)
    request.limits.bodyBytesMax = FirebaseSink.valueBytesMax
    request.limits.wireBytesMax = FirebaseSink.valueBytesMax
    let answer: HTTPResponse
    do {
      answer = try await sender.send(request, subject: subject)
    } catch let failure as MirrorFailure where failure.message.contains(FirebaseSink.isTooMuch) {
      return nil
    }
    try await demand(answer, subject)
    do {
      return try RealtimeJSON.value(of: answer.body)
    } catch {
      throw MirrorFailure(.permanent, "\(subject): the answer cannot be read: \(error.position): \(error.explanation)")
    }
  }
}

extension FirebaseSink {
  /// How the transport says that an answer is too large.
  fileprivate static var isTooMuch: String { TransportError.tooLarge(bytesMax: valueBytesMax).description }
}

extension FirebaseAddress {
  /// - Parameter keys: as they are, without what a URL would need encoded.
  fileprivate func settingsURL(_ keys: [String]) -> String {
    "\(web.origin)/\(keys.joined(separator: "/")).json" + (namespace.map { "?ns=\(percentEncoded($0))" } ?? "")
  }
}
