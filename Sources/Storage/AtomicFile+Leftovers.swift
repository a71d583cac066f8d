import Foundation

extension AtomicFile {
  /// Deletes what a killed process had begun to write below a folder and never put in its place: files named by
  /// ``write(_:to:mode:synced:)``, and hidden folders, which are reports on their way.
  ///
  /// - Parameters:
  ///   - folder: nobody else may be writing there: the caller holds the run lock.
  ///   - others: names of folders in it that are under another lock.
  public static func removeLeftovers(below folder: String, except others: Set<String> = []) {
    guard let paths = FileManager.default.enumerator(atPath: folder) else { return }  // no folder, nothing left over
    for case let path as String in paths {
      let name = path.split(separator: "/").last ?? ""
      if others.contains(path) { paths.skipDescendants() }
      guard name.hasPrefix(".") || name.wholeMatch(of: /.+\.\d+\.\d+\.new/) != nil else { continue }
      paths.skipDescendants()
      // It is in nobody's way, only in the way of order.
      try? FileManager.default.removeItem(atPath: "\(folder)/\(path)")
    }
  }
}
