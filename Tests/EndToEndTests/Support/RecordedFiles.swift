import CZlib
import Foundation

/// What recorded bodies say, read independently of the program: with the system's zlib and Foundation's JSON.
enum RecordedFiles {
  /// Open time to open, high, low, close and volume of a klines body: the numbers of the file's own text.
  static func klines(_ path: String) throws -> [Int64: [Double]] {
    let body = try JSONSerialization.jsonObject(with: unpacked(path))
    guard let rows = body as? [[Any]] else { throw Mistake("\(path) is no array of rows") }
    return Dictionary(
      uniqueKeysWithValues: try rows.map { row in
        guard let time = (row[0] as? NSNumber)?.int64Value else { throw Mistake("\(path): a row without a time") }
        return (time, try row[1...5].map { try number($0, path) })
      })
  }

  /// A daily-adjusted body by midnight UTC of the day: candles as above; dividends and split factors where there are any.
  static func daily(_ path: String) throws -> Daily {
    if path.contains(".csv") { return try csv(path) }
    guard let body = try JSONSerialization.jsonObject(with: unpacked(path)) as? [String: Any],
      let days = body["Time Series (Daily)"] as? [String: [String: String]]
    else { throw Mistake("\(path) is no daily body") }
    var daily = Daily()
    for (day, fields) in days {
      let names = ["1. open", "2. high", "3. low", "4. close", "6. volume", "7. dividend amount", "8. split coefficient"]
      try daily.add(day, names.map { fields[$0] ?? "" }, path)
    }
    return daily
  }

  private static func csv(_ path: String) throws -> Daily {
    var daily = Daily()
    for line in String(decoding: try unpacked(path), as: UTF8.self).split(whereSeparator: \.isNewline).dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      try daily.add(fields[0], Array(fields[1...4]) + fields[6...8], path)
    }
    return daily
  }

  struct Daily {
    var candles: [Int64: [Double]] = [:]
    var dividends: [Int64: Double] = [:]
    var splits: [Int64: Double] = [:]

    fileprivate mutating func add(_ day: String, _ texts: [String], _ path: String) throws {
      let time = Int64(try Date("\(day)T00:00:00Z", strategy: .iso8601).timeIntervalSince1970) * 1000
      let numbers = try texts.map { try number($0, path) }
      candles[time] = Array(numbers[0...4])
      if numbers[5] != 0 { dividends[time] = numbers[5] }
      if numbers[6] != 1 { splits[time] = numbers[6] }
    }
  }

  private static func number(_ value: Any, _ path: String) throws -> Double {
    guard let text = value as? String, let number = Double(text) else { throw Mistake("\(path): \(value) is no number") }
    return number
  }

  static func unpacked(_ path: String) throws -> Data {
    guard let file = gzopen(path, "rb") else { throw Mistake("\(path) cannot be opened") }
    defer { gzclose(file) }
    var (data, buffer) = (Data(), [UInt8](repeating: 0, count: 1 << 16))
    while true {
      let count = gzread(file, &buffer, UInt32(buffer.count))
      guard count >= 0 else { throw Mistake("\(path) is no whole gzip file") }
      if count == 0 { return data }
      data.append(contentsOf: buffer.prefix(Int(count)))
    }
  }
}

/// How many of the expected candles are missing or say something else, and how many are there that should not be.
func comparison(_ stored: [Int64: [Double]], with expected: [Int64: [Double]]) -> String {
  let wrong = expected.filter { stored[$0.key] != $0.value }.map(\.key).sorted()
  let foreign = Set(stored.keys).subtracting(expected.keys)
  guard let first = wrong.first ?? foreign.min() else { return "equal" }
  return "\(wrong.count) missing or wrong, \(foreign.count) foreign, the first at \(first)"
}
