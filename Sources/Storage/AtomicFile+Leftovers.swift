import Foundation

extension AtomicFile {
  /// Deletes what a killed process had begun to write below a folder and never put in its place: files named by
  /// ``write(_:to:mode:synced:)``, and reports on their way, `.2026-01-15.4711`. Other hidden files are somebody's, and stay.
  ///
  /// - Parameters:
  ///   - folder: nobody else may be writing there: the caller holds the run lock.
  ///   - others: names of folders in it that are under another lock.
  public static func removeLeftovers(below folder: String, except others: Set<String> = []) {
    guard let paths = FileManager.default.enumerator(atPath: folder) else { return }  // no folder, nothing left over
    let found = paths.compactMap { $0 as? String }.filter { path in
      let parts = path.split(separator: "/")
      guard let name = parts.last, !others.contains(String(parts[0])) else { return false }
      return name.wholeMatch(of: /\.\d{4}-\d\d-\d\d[^.]*\.\d+|.+\.\d+\.\d+\.new/) != nil
    }
    // What cannot be deleted is in nobody's way, only in the way of order.
    for path in found { try? FileManager.default.removeItem(atPath: "\(folder)/\(path)") }
  }
}
