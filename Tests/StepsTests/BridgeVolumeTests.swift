import Bridging
import Foundation
import Mirroring
import Scheduling
import Storage
import Testing

@testable import Steps

@Suite struct `The bridge's verdict on an hour` {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "bridge-volume-\(UUID().uuidString)").path()
  private static let hour: Int64 = 1_768_392_000_000  // 2026-01-14T12:00Z

  /// Twenty days of the same hour, and the hour itself.
  private func fill(_ file: BridgeFile, last: String, days: Int64 = 20, gap: (Int64, Int64)? = nil) throws {
    try file.write { transaction in
      for day in 0...days {
        try transaction.addBridge(hours: [
          BridgeHourRow(
            symbol: "AAPL", hour: Self.hour - day * 86_400_000, seen: 9, open: "10", low: "9", high: "12", close: "11",
            volume: day == 0 ? last : "\(100 + day % 3)")
        ])
      }
      try transaction.beginBridge("began", at: 0)
      if let gap { try transaction.keepBridge(gaps: [BridgeGapRow(from: Self.hour + gap.0, to: Self.hour + gap.1, reason: "")]) }
      try transaction.setBridgeMark("alive", at: Self.hour + 3_599_999)
    }
  }

  private func file(_ name: String) throws -> BridgeFile {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return BridgeFile("\(folder)/\(name).sqlite", lockFile: "\(folder)/\(name).lock")
  }

  private func judged(_ file: BridgeFile, _ store: BridgeWarehouse) async throws -> [VolumeSignal] {
    // The hour has not closed: all before it has.
    _ = try await store.judgeHours(limit: 100)
    let early = try await store.untoldVolumes(limit: 100)
    #expect(early.isEmpty)
    try file.write { try $0.setBridgeMark("alive", at: Self.hour + 3_600_000) }
    #expect(try await store.judgeHours(limit: 100) == 1)
    #expect(try await store.judgeHours(limit: 100) == 0)
    return try await store.untoldVolumes(limit: 100)
  }

  @Test(arguments: [("500.25", "true"), ("150", "false"), ("3", "false")])
  func `is that of analysis.volume, told where that tells it`(last: String, unusual: String) async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }  // the system's to clean otherwise
    let file = try file("a")
    try fill(file, last: last)
    let store = BridgeWarehouse(file)
    let told = try await judged(file, store)
    #expect(told.map(\.change.path) == [["signals", "AAPL", "1h", "volume", "2026-01-14T12:00:00Z"]])
    let value = try #require(told.first?.change.value)
    for part in [
      #""bar_time":"2026-01-14T12:00:00Z""#, #""complete":true"#, #""interval":"1h""#, #""source":"bridge""#, #""strategy":"volume""#,
      #""unusual":\#(unusual)"#, #""poc":"#, #""ratio":"#, #""trend":"#, #""z":"#,
    ] { #expect(value.contains(part), "\(value)") }
    #expect(try JSONSerialization.jsonObject(with: Data(value.utf8)) is [String: Any])
    // Told again until it is acknowledged, with the same words.
    #expect(try await store.untoldVolumes(limit: 100) == told)
    try await store.acknowledge(told)
    #expect(try await store.untoldVolumes(limit: 100).isEmpty)
    let outbox = try await file.read { try $0.outbox(limit: 9) }
    #expect(outbox == [])
    try file.close()
  }

  @Test func `says that a part of it was not heard, and is none without twenty days, or where nobody is told`() async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }  // the system's to clean otherwise
    let gapped = try file("gapped")
    try fill(gapped, last: "20", gap: (1000, 1500))
    let value = try await judged(gapped, BridgeWarehouse(gapped))[0].change.value
    #expect(value.contains(#""complete":false"#) && value.contains(#""unusual":false"#), "\(value)")
    let young = try file("young")
    try fill(young, last: "500", days: 19)
    #expect(try await judged(young, BridgeWarehouse(young)).isEmpty)
    let silent = try file("silent")
    try fill(silent, last: "500")
    #expect(try await judged(silent, BridgeWarehouse(silent, place: { _ in nil })).isEmpty)
    for file in [gapped, young, silent] { try file.close() }
  }

  @Test func `is known to the next run where the realtime database is elsewhere`() async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }  // the system's to clean otherwise
    let file = try file("remote")
    try fill(file, last: "500")
    let store = BridgeWarehouse(file, place: { RealtimePath(["here"] + $0.keys) }, isQueued: true)
    let told = try await judged(file, store)
    let outbox = try #require(try await file.read { try $0.outbox(limit: 9) })
    #expect(outbox.map(\.path) == ["here/signals/AAPL/1h/volume/2026-01-14T12:00:00Z"])
    #expect(outbox.map(\.value) == told.map(\.change.value) && told[0].change.path[0] == "here")
    try file.close()
  }
}
