import Foundation
import Scheduling

/// The files of an archive as they were recorded, in `DIR/binance/archive/data/…`: served whatever the date.
struct RecordedArchive: ArchiveShelf {
  /// The folder that holds `data/`.
  let directory: String

  /// - Returns: nil when the folder holds no archive.
  init?(_ folder: RecordedFolder) {
    directory = folder.directory + "/binance/archive"
    guard FileManager.default.fileExists(atPath: directory + "/data") else { return nil }
  }

  func file(_ key: String, now: Instant) async throws(BinanceError) -> [UInt8]? { bytes(key) }

  func checksum(of key: String, now: Instant) async throws(BinanceError) -> [UInt8]? { bytes(key + ".CHECKSUM") }

  func list(_ prefix: String, now: Instant) async throws(BinanceError) -> (keys: [(key: String, bytes: Int)], folders: [String]) {
    guard RecordedArchive.isSafe(prefix), prefix.isEmpty || prefix.hasSuffix("/") else { return ([], []) }
    var (keys, folders): ([(key: String, bytes: Int)], [String]) = ([], [])
    // A folder that is not there holds nothing.
    for name in (try? FileManager.default.contentsOfDirectory(atPath: directory + "/" + prefix)) ?? [] {
      var isFolder: ObjCBool = false
      let path = directory + "/" + prefix + name
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { continue }
      if isFolder.boolValue {
        folders.append(prefix + name + "/")
      } else {
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size]) as? Int  // gone meanwhile: of no size
        keys.append((prefix + name, size ?? 0))
      }
    }
    return (keys, folders)
  }

  private func bytes(_ key: String) -> [UInt8]? {
    guard RecordedArchive.isSafe(key) else { return nil }
    return FileManager.default.contents(atPath: directory + "/" + key).map { [UInt8]($0) }
  }

  private static func isSafe(_ key: String) -> Bool {
    (key.isEmpty || key.hasPrefix("data/")) && !key.split(separator: "/").contains("..") && !key.utf8.contains(0)
  }
}
