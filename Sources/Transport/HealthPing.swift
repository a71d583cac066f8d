public import Scheduling

/// A dead-man's switch in the manner of healthchecks.io: told that a run begins and how it ended, it raises the alarm when it is told of
/// a failure, or of nothing.
///
/// The address is a secret: whoever knows it can keep the switch quiet. No message of this type holds it.
/// - Source: healthchecks.io/docs/http_api (`/start`, `/<exit status>`, `?rid=`, a body of at most 100 kB, of which 10 kB are sent).
public struct HealthPing: Sendable {
  public enum Signal: Sendable, Equatable {
    case start
    /// With the exit status of the command; zero is success.
    case ended(Int32)
  }

  /// More of the log is not sent: its last bytes.
  public static let bodyBytesMax = 10_000
  /// Times that a ping is tried.
  public static let attemptsMax = 4
  /// The longest that one of them may take, so that a switch that hangs holds a run up for half a minute at most.
  public static let deadline = Duration.seconds(5)

  private let address: Secret
  private let run: String
  private let http: any HTTPClient
  private let time: any TimeSource
  private let redactor: Redactor

  /// - Parameters:
  ///   - address: an `https` URL, or `http` to a loopback address; it may have a query.
  ///   - run: the UUID that joins the start and the end of one run.
  ///   - secrets: what else must not stand in the body.
  public init(address: Secret, run: String, http: any HTTPClient, time: any TimeSource, secrets: [Secret] = []) {
    (self.address, self.run, self.http, self.time) = (address, run, http, time)
    redactor = Redactor([address] + HealthPing.parts(of: address) + secrets)
  }

  /// Why an address cannot be one of a switch, in words that do not hold it; nil when it can.
  public static func refusal(of address: Secret) -> String? {
    address.reveal { text in
      if text.contains("#") { return "it has a fragment" }
      do throws(TransportError) {
        let url = try RequestURL(text)
        return url.isLoopback || url.scheme == "https" ? nil : "it is not encrypted"
      } catch {
        if case .refusedURL(let reason) = error, !reason.contains("loopback") { return reason }
        return "plain http is for loopback addresses only; it must begin with https://"
      }
    }
  }

  /// Tells the switch, with a few attempts.
  ///
  /// - Parameter log: its last ``bodyBytesMax`` bytes are sent, without secrets.
  /// - Returns: nil when the switch has it; else why not, in words that do not hold the address.
  public func send(_ signal: Signal, log: String = "") async -> String? {
    if let refusal = HealthPing.refusal(of: address) { return refusal }
    var request = HTTPRequest(
      method: "POST", url: address.reveal { HealthPing.url($0, signal, run: run) },
      headers: [HTTPHeader("Content-Type", "text/plain; charset=utf-8")], body: body(log))
    request.limits.deadline = HealthPing.deadline
    request.limits.connectTimeout = HealthPing.deadline
    request.limits.bodyBytesMax = 64 << 10
    var reason = ""
    for attempt in 1...HealthPing.attemptsMax {
      do throws(TransportError) {
        let answer = try await http.send(request)
        if (200..<300).contains(answer.status) { return nil }
        reason = "it answered \(answer.status)"
        guard answer.status == 429 || answer.status == 408 || answer.status >= 500 else { return reason }
      } catch {
        reason = redactor.redacted("\(error)")
        guard error.isTransient else { return reason }
      }
      guard attempt < HealthPing.attemptsMax else { break }
      // 1 s, 2 s, 4 s. Whoever cancels wants no more attempts.
      guard (try? await time.sleep(until: time.now() + .seconds(1 << (attempt - 1)))) != nil else { return "it was given up" }
    }
    return "\(reason) (\(HealthPing.attemptsMax) attempts)"
  }

  /// `https://hc.example/UUID` → `https://hc.example/UUID/3?rid=...`; a query stays behind the path.
  static func url(_ address: String, _ signal: Signal, run: String) -> String {
    let mark = address.firstIndex(of: "?") ?? address.endIndex
    var path = address[..<mark]
    while path.last == "/" { path.removeLast() }
    let suffix =
      switch signal {
      case .start: "/start"
      case .ended(0): ""
      case .ended(let status): "/\(status)"
      }
    let query = address[mark...].dropFirst()
    return "\(path)\(suffix)?\(query.isEmpty ? "" : "\(query)&")rid=\(run)"
  }

  /// The parts of the path that are long enough to be the secret in it: an error may show them without the rest.
  private static func parts(of address: Secret) -> [Secret] {
    address.reveal { text in
      let path = text.split(separator: "/").dropFirst(2)
      return path.flatMap { $0.split { $0 == "?" || $0 == "&" || $0 == "=" } }.filter { $0.utf8.count >= 8 }.map { Secret(String($0)) }
    }
  }

  /// Cut after the secrets are out, and between characters: half a secret would be found by nobody.
  private func body(_ log: String) -> [UInt8] {
    let bytes = Array(redactor.redacted(log).utf8)
    guard bytes.count > HealthPing.bodyBytesMax else { return bytes }
    return Array(bytes.suffix(HealthPing.bodyBytesMax).drop { $0 & 0xC0 == 0x80 })
  }
}
