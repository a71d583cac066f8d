import Foundation
import MarketData
import Scheduling

/// The rows of one recorded series, in the file's own text, found by open time.
struct RecordedKlines: Sendable {
  let interval: Interval
  private var text: [UInt8] = []
  private var rows: [Range<Int>] = []
  private(set) var openTimes: [Int64] = []
  private(set) var closeTimes: [Int64] = []

  init(interval: Interval) { self.interval = interval }

  /// Takes in the rows of a file: an array of arrays of twelve values.
  mutating func add(_ bytes: [UInt8], file: String) throws(RecordedDefect) {
    var scanner = RowScanner(bytes, file: file)
    let offset = text.count
    while let row = try scanner.next() {
      rows.append((row.range.lowerBound + offset)..<(row.range.upperBound + offset))
      openTimes.append(row.openTime)
      closeTimes.append(row.closeTime)
    }
    text += bytes
  }

  /// Brings the rows in order of time; of two with the same open time the one that was added last stays.
  mutating func sort() {
    guard zip(openTimes, openTimes.dropFirst()).contains(where: { $0 >= $1 }) else { return }
    var latest: [Int64: Int] = [:]
    for index in openTimes.indices { latest[openTimes[index]] = index }
    let order = latest.sorted { $0.key < $1.key }.map(\.value)
    (rows, openTimes, closeTimes) = (order.map { rows[$0] }, order.map { openTimes[$0] }, order.map { closeTimes[$0] })
  }

  /// The rows that had closed at an instant. A bar that an outage cut short closed early; one whose close time is a millisecond too late
  /// closed with its interval.
  func closed(by bound: Instant) -> Range<Int> {
    var end = lowerBound(bound.milliseconds)
    while end > 0, !isClosed(end - 1, bound) { end -= 1 }
    return 0..<end
  }

  private func isClosed(_ index: Int, _ bound: Instant) -> Bool {
    closeTimes[index] < bound.milliseconds || interval.next(after: Instant(milliseconds: openTimes[index])) <= bound
  }

  /// The rows that a query asks for among those that had closed.
  func select(_ query: KlineQuery, closedBy bound: Instant) -> Range<Int> {
    let closed = closed(by: bound)
    let end = query.end.map { min(closed.upperBound, lowerBound($0 == .max ? .max : $0 + 1)) } ?? closed.upperBound
    guard let start = query.start else { return max(0, end - query.limit)..<end }
    let first = min(lowerBound(start), end)
    return first..<min(end, first + query.limit)
  }

  /// A klines answer.
  func body(_ range: Range<Int>) -> [UInt8] {
    var writer = ByteWriter(capacity: range.reduce(2) { $0 + rows[$1].count + 1 })
    writer.text("[")
    for index in range {
      if index > range.lowerBound { writer.text(",") }
      writer.raw(text[rows[index]])
    }
    writer.text("]")
    return writer.bytes
  }

  /// - Parameter range: not empty.
  func summary(_ range: some BidirectionalCollection<Int>, from start: Instant, to end: Instant) -> DaySummary {
    let values = range.map { fields($0) }
    let before = range.first! > 0 ? fields(range.first! - 1)[4] : values[0][1]
    return DaySummary(
      openTime: start, closeTime: end, open: values[0][1], high: values.map { $0[2] }.max()!, low: values.map { $0[3] }.min()!,
      close: values.last![4], previousClose: before, volume: values.reduce(0) { $0 + $1[5] }, quoteVolume: values.reduce(0) { $0 + $1[7] },
      trades: Int64(values.reduce(0) { $0 + $1[8] }), tick: 0.00000001)
  }

  private func fields(_ index: Int) -> [Double] {
    text[rows[index]].dropFirst().dropLast().split(separator: UInt8(ascii: ",")).map {
      Double(String(decoding: $0.filter { $0 != UInt8(ascii: "\"") }, as: UTF8.self).trimmingCharacters(in: .whitespaces)) ?? 0
    }
  }

  /// The first row that opens at or after a time.
  private func lowerBound(_ time: Int64) -> Int {
    var (low, high) = (0, openTimes.count)
    while low < high {
      let middle = (low + high) / 2
      if openTimes[middle] < time { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Finds the rows of a klines body without taking their numbers apart.
struct RowScanner {
  struct Row {
    let range: Range<Int>
    let openTime, closeTime: Int64
  }

  private let bytes: [UInt8]
  private let file: String
  private var position = 0
  private var count = 0
  private var isOver = false

  init(_ bytes: [UInt8], file: String) { (self.bytes, self.file) = (bytes, file) }

  /// - Returns: nil after the last row, when the body ends as it should.
  mutating func next() throws(RecordedDefect) -> Row? {
    guard !isOver else { return nil }
    if count == 0 { try expect("[") }
    skipSpace()
    if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
      position += 1
      skipSpace()
      guard position == bytes.count else { throw defect("has something behind its end") }
      isOver = true
      return nil
    }
    if count > 0 { try expect(",") }
    try expect("[")
    return try row(from: position - 1)
  }

  private mutating func row(from start: Int) throws(RecordedDefect) -> Row {
    var (quoted, commas, field) = (false, 0, position)
    var (openTime, closeTime): (Int64?, Int64?) = (nil, nil)
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") { quoted.toggle() }
      if !quoted, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") {
        if commas == 0 { openTime = number(field..<position) }
        if commas == 6 { closeTime = number(field..<position) }
        (commas, field) = (commas + 1, position + 1)
        if byte == UInt8(ascii: "]") { break }
      } else if !quoted, byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
        break
      }
      position += 1
    }
    count += 1
    guard position < bytes.count, bytes[position] == UInt8(ascii: "]") else { throw defect("row \(count) does not end") }
    position += 1
    guard commas == 12, let openTime, let closeTime else { throw defect("row \(count) is not a row of twelve values with two times") }
    return Row(range: start..<position, openTime: openTime, closeTime: closeTime)
  }

  private func number(_ range: Range<Int>) -> Int64? {
    Int64(String(decoding: bytes[range], as: UTF8.self).trimmingCharacters(in: .whitespaces))
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(RecordedDefect) {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else {
      throw defect("`\(character)` is missing at byte \(position), after row \(count)")
    }
    position += 1
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) { position += 1 }
  }

  private func defect(_ reason: String) -> RecordedDefect { RecordedDefect(file: file, reason: reason) }
}
