import Foundation

/// How much room files take.
enum FileSizes {
  /// Bytes in the regular files of a folder and those below it, or of one file; zero when there is none. Links are not followed.
  static func total(_ path: String) -> Int {
    guard let kind = FileManager.default.kind(path) else { return 0 }
    guard kind.isFolder else { return kind.bytes }
    guard let names = FileManager.default.enumerator(atPath: path) else { return 0 }
    var total = 0
    while let name = names.nextObject() as? String {
      // A file that is deleted meanwhile takes no room.
      if let inner = FileManager.default.kind("\(path)/\(name)"), !inner.isFolder { total += inner.bytes }
    }
    return total
  }

  /// `4.1 MB`: three digits, powers of a thousand.
  static func text(_ bytes: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var (value, unit) = (Double(bytes), 0)
    while value >= 999.5, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
    return unit == 0 ? "\(bytes) B" : String(format: value < 10 ? "%.1f %@" : "%.0f %@", value, units[unit])
  }
}

extension FileManager {
  fileprivate func kind(_ path: String) -> (isFolder: Bool, bytes: Int)? {
    // What is not there, or cannot be looked at, has no size.
    guard let attributes = try? attributesOfItem(atPath: path), let type = attributes[.type] as? FileAttributeType else { return nil }
    return (type == .typeDirectory, type == .typeRegular ? attributes[.size] as? Int ?? 0 : 0)
  }
}
