import Foundation

/// An answer to spoil, so that a test can see what the program makes of it.
///
/// As JSON, an array of objects in a file:
/// `[{"provider": "binance", "path": "/api/v3/klines", "symbol": "BTCUSDT", "nth": 2, "times": 3, "answer": "html200"}]`.
/// Only `answer` must be there; what is left out matches everything. The first rule that applies is used.
public struct FaultRule: Sendable, Equatable {
  /// `binance` or `alphavantage`.
  public var provider: String?
  /// The path behind the provider's base URL, or for Alpha Vantage the name of the function.
  public var path: String?
  public var symbol: String?
  /// The first matching request that is spoiled, counted from one.
  public var nth: Int
  /// How many matching requests in a row are spoiled; zero means all that follow.
  public var times: Int
  public var answer: Kind

  /// How an answer is spoiled.
  public enum Kind: String, Sendable, CaseIterable, Codable {
    /// A web page with status 200.
    case html200
    /// Half of the body under the Content-Length of the whole, then the connection is closed.
    case halfBody
    case status429WithoutRetryAfter
    /// The data of another symbol.
    case otherSymbol
    /// Status 200 and no byte.
    case emptyBody
    case status500
    /// The right body, ten bytes a second.
    case slowDrip
    /// The connection is closed without an answer.
    case refuse
  }

  public init(provider: String? = nil, path: String? = nil, symbol: String? = nil, nth: Int = 1, times: Int = 1, answer: Kind) {
    (self.provider, self.path, self.symbol) = (provider, path, symbol)
    (self.nth, self.times, self.answer) = (nth, times, answer)
  }

  /// Reads rules from a file.
  /// - Throws: ``SandboxError/faults(path:reason:)``, or what Foundation says of a file that cannot be read.
  public static func load(path: String) throws -> [FaultRule] {
    let data = try Data(contentsOf: URL(filePath: path))
    do {
      return try JSONDecoder().decode([FaultRule].self, from: data)
    } catch {
      throw SandboxError.faults(path: path, reason: "\(error)")
    }
  }

  func matches(_ request: Request) -> Bool {
    (provider == nil || provider == request.provider.rawValue) && (path == nil || path == request.path || path == request["function"])
      && (symbol == nil || symbol == request["symbol"])
  }
}

extension FaultRule: Decodable {
  private enum Key: String, CodingKey, CaseIterable {
    case provider, path, symbol, nth, times, answer
  }

  private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  public init(from decoder: any Decoder) throws {
    for key in try decoder.container(keyedBy: AnyKey.self).allKeys where Key(rawValue: key.stringValue) == nil {
      let known = Key.allCases.map(\.rawValue).joined(separator: ", ")
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "no key is called `\(key.stringValue)`; a fault has \(known)"))
    }
    let values = try decoder.container(keyedBy: Key.self)
    self.init(
      provider: try values.decodeIfPresent(String.self, forKey: .provider), path: try values.decodeIfPresent(String.self, forKey: .path),
      symbol: try values.decodeIfPresent(String.self, forKey: .symbol), nth: try values.decodeIfPresent(Int.self, forKey: .nth) ?? 1,
      times: try values.decodeIfPresent(Int.self, forKey: .times) ?? 1, answer: try values.decode(Kind.self, forKey: .answer))
  }
}

/// The rules and how often each has matched.
struct Faults: Sendable {
  private let rules: [FaultRule]
  private var matched: [Int]

  init(_ rules: [FaultRule]) {
    self.rules = rules
    matched = Array(repeating: 0, count: rules.count)
  }

  /// Counts the request and says how its answer is spoiled, if it is.
  mutating func next(for request: Request) -> FaultRule.Kind? {
    var kind: FaultRule.Kind?
    for (index, rule) in rules.enumerated() where rule.matches(request) {
      matched[index] += 1
      let applies = matched[index] >= rule.nth && (rule.times == 0 || matched[index] < rule.nth + rule.times)
      if applies, kind == nil { kind = rule.answer }
    }
    return kind
  }
}
