import Foundation
import Scheduling

/// A recorded exchangeInfo body: each symbol's object goes out as it stands in the file.
struct RecordedExchangeInfo: Sendable {
  let requestWeightPerMinute: Int
  private let text: [UInt8]
  private let rateLimits: [(type: String, line: String)]
  private var objects: [(symbol: String, status: String, range: Range<Int>)] = []
  private var byName: [String: Int] = [:]

  init(_ bytes: [UInt8], file: String) throws(RecordedDefect) {
    text = bytes
    let parsed: Shape
    do {
      parsed = try JSONDecoder().decode(Shape.self, from: Data(bytes))
    } catch {
      throw RecordedDefect(file: file, reason: "is no exchangeInfo body: \(error)")
    }
    let limit = parsed.rateLimits.first { $0.rateLimitType == "REQUEST_WEIGHT" && $0.interval == "MINUTE" && $0.intervalNum == 1 }
    requestWeightPerMinute = limit?.limit ?? 6000
    rateLimits = parsed.rateLimits.map { ($0.rateLimitType, $0.json) }
    let ranges = RecordedExchangeInfo.objectRanges(bytes)
    guard ranges.count == parsed.symbols.count else { throw RecordedDefect(file: file, reason: "its list of symbols is cut") }
    for (symbol, range) in zip(parsed.symbols, ranges) {
      byName[symbol.symbol] = objects.count
      objects.append((symbol.symbol, symbol.status, range))
    }
  }

  func body(_ names: [String]?, status: String?, limits: BinanceLimits.Allowance, now: Instant) throws(BinanceError) -> [UInt8] {
    var chosen = objects
    if let names {
      chosen = []
      for name in names {
        guard let index = byName[name] else { throw .badSymbol }
        chosen.append(objects[index])
      }
    }
    var writer = ByteWriter(capacity: names == nil ? text.count + 64 : chosen.count * 2000 + 600)
    writer.string("{\"timezone\":\"UTC\",\"serverTime\":\(now.milliseconds),\"rateLimits\":[")
    writer.string(rateLimits.map { stated($0, limits) }.joined(separator: ","))
    writer.text("],\"exchangeFilters\":[],\"symbols\":[")
    for (index, object) in chosen.filter({ status == nil || $0.status == status }).enumerated() {
      if index > 0 { writer.text(",") }
      writer.raw(text[object.range])
    }
    writer.text("]}")
    return writer.bytes
  }

  /// A limit as it is applied here, which is the recorded one unless the sandbox was told another.
  private func stated(_ limit: (type: String, line: String), _ limits: BinanceLimits.Allowance) -> String {
    switch limit.type {
    case "REQUEST_WEIGHT": RateLimit(limit.type, "MINUTE", 1, limits.weightPerMinute).json
    case "RAW_REQUESTS": RateLimit(limit.type, "MINUTE", 5, limits.requestsPerFiveMinutes).json
    default: limit.line
    }
  }

  /// Where the objects of the array `symbols` stand.
  private static func objectRanges(_ bytes: [UInt8]) -> [Range<Int>] {
    guard let key = Data(bytes).firstRange(of: Data("\"symbols\":".utf8)) else { return [] }
    var ranges: [Range<Int>] = []
    var (depth, start, quoted, position) = (0, 0, false, key.upperBound)
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\\") where quoted: position += 1
      case UInt8(ascii: "\""): quoted.toggle()
      case UInt8(ascii: "{") where !quoted, UInt8(ascii: "[") where !quoted:
        depth += 1
        if depth == 2 { start = position }
      case UInt8(ascii: "}") where !quoted, UInt8(ascii: "]") where !quoted:
        depth -= 1
        if depth == 1 { ranges.append(start..<(position + 1)) }
        if depth == 0 { return ranges }
      default: break
      }
      position += 1
    }
    return ranges
  }

  private struct Shape: Decodable {
    let rateLimits: [RateLimit]
    let symbols: [Named]
  }

  private struct Named: Decodable {
    let symbol: String
    let status: String
  }

  private struct RateLimit: Decodable {
    let rateLimitType: String
    let interval: String
    let intervalNum: Int
    let limit: Int

    init(_ type: String, _ interval: String, _ number: Int, _ limit: Int) {
      (rateLimitType, self.interval, intervalNum, self.limit) = (type, interval, number, limit)
    }

    var json: String {
      #"{"rateLimitType":"\#(rateLimitType)","interval":"\#(interval)","intervalNum":\#(intervalNum),"limit":\#(limit)}"#
    }
  }
}
