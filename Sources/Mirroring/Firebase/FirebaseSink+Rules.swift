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

  public func value(at path: [String]) async throws -> RealtimeValue {
    let subject = "\(place): /\(path.joined(separator: "/"))"
    var request = request("GET", path)
    request.limits.bodyBytesMax = FirebaseSink.valueBytesMax
    request.limits.wireBytesMax = FirebaseSink.valueBytesMax
    let answer = try await sender.send(request, subject: subject)
    try await demand(answer, subject)
    do {
      return try RealtimeJSON.value(of: answer.body)
    } catch {
      throw MirrorFailure(.permanent, "\(subject): the answer cannot be read: \(error.position): \(error.explanation)")
    }
  }
}

extension FirebaseAddress {
  /// - Parameter keys: as they are, without what a URL would need encoded.
  fileprivate func settingsURL(_ keys: [String]) -> String {
    "\(web.origin)/\(keys.joined(separator: "/")).json" + (namespace.map { "?ns=\(percentEncoded($0))" } ?? "")
  }
}
