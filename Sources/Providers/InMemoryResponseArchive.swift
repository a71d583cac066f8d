public import Transport

/// Keeps answers as long as the program runs: for tests, and for `jobs` without a warehouse.
public actor InMemoryResponseArchive: ResponseArchive {
  /// One landed answer and what it was judged to be; nil until it was.
  public struct Entry: Sendable {
    public let landed: LandedResponse
    public let body: [UInt8]
    public internal(set) var answer: AnswerClass?
  }

  /// In order of arrival.
  public private(set) var entries: [Entry] = []
  private var settled: [RequestKey: [UInt8]] = [:]

  public init() {}

  public func answered(_ key: RequestKey) -> [UInt8]? { settled[key] }

  public func land(_ response: HTTPResponse, for key: RequestKey) -> LandedResponse {
    let landed = LandedResponse(hash: ContentHash.sha256(of: response.body), key: key, status: response.status)
    entries.append(Entry(landed: landed, body: response.body))
    return landed
  }

  public func judge(_ landed: LandedResponse, as answer: AnswerClass) {
    guard let index = entries.lastIndex(where: { $0.landed == landed }) else { return }
    entries[index].answer = answer
    if answer.settlesRequest { settled[landed.key] = entries[index].body }
  }
}
