import Foundation

/// A folder of recorded bodies: what stands where, without having read it.
struct RecordedFolder: Sendable {
  let directory: String
  /// Paths inside the folder, by interval and symbol; the later file wins where two hold the same bar.
  let klines: [String: [String: [String]]]
  /// Paths of daily-adjusted bodies by symbol: JSON before CSV.
  let equities: [String: String]

  init(_ directory: String) throws(SandboxError) {
    self.directory = directory
    let manager = FileManager.default
    let present = ["binance", "alphavantage"].contains { manager.fileExists(atPath: directory + "/" + $0) }
    guard present else { throw .noRecordedBodies(directory: directory) }
    var klines = Dictionary(
      uniqueKeysWithValues: ["1d", "1h"].map { ($0, RecordedFolder.bySymbol(directory, "binance/klines-" + $0, [".json"])) })
    let others = Set(klines.values.flatMap(\.keys))
    for (symbol, files) in RecordedFolder.bySymbol(directory, "binance/klines-1d-recent", [".json"]) where !others.contains(symbol) {
      klines["1d"]?[symbol] = files
    }
    self.klines = klines
    let plain = RecordedFolder.bySymbol(directory, "alphavantage/daily-adjusted", [".json"])
    let csv = RecordedFolder.bySymbol(directory, "alphavantage/daily-adjusted-csv", [".csv"])
    equities = csv.merging(plain) { $1 }.compactMapValues(\.last)
  }

  /// Every symbol of which a klines file is there.
  var cryptoSymbols: Set<String> { Set(klines.values.flatMap(\.keys)) }

  /// The bytes of a file, unpacked when it is a `.gz`.
  func bytes(_ path: String) throws(RecordedDefect) -> [UInt8] {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: directory + "/" + path))
    } catch {
      throw RecordedDefect(file: path, reason: "cannot be read: \(error.localizedDescription)")
    }
    guard path.hasSuffix(".gz") else { return [UInt8](data) }
    guard let expanded = Gzip.expand([UInt8](data), limit: 512 << 20) else {
      throw RecordedDefect(file: path, reason: "is not a whole gzip file")
    }
    return expanded
  }

  /// The file of a name that may stand with or without `.gz`.
  func path(_ name: String) -> String? {
    [name, name + ".gz"].first { FileManager.default.fileExists(atPath: directory + "/" + $0) }
  }

  /// Files by the part of their name before the first dash or dot; an absent folder has none.
  private static func bySymbol(_ directory: String, _ folder: String, _ endings: [String]) -> [String: [String]] {
    // A folder that is not there holds no files.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory + "/" + folder)) ?? []
    var files: [String: [String]] = [:]
    for name in names.sorted() where endings.contains(where: { name.hasSuffix($0) || name.hasSuffix($0 + ".gz") }) {
      let stem = String(name.prefix(while: { $0 != "-" })).replacing(/\.(json|csv)(\.gz)?$/, with: "")
      files[stem, default: []].append(folder + "/" + name)
    }
    return files
  }
}
