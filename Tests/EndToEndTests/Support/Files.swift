import Foundation
import Testing

extension Project {
  /// A file or folder below the root.
  struct Entry: Sendable {
    let path: String
    let isFolder: Bool
    let mode: Int
  }

  /// Everything below a folder of the project, sorted by path.
  func entries(below folder: String = "") throws -> [Entry] {
    let manager = FileManager.default
    return try manager.subpathsOfDirectory(atPath: "\(root)/\(folder)").sorted().map { name in
      let path = folder.isEmpty ? name : "\(folder)/\(name)"
      let attributes = try manager.attributesOfItem(atPath: "\(root)/\(path)")
      return Entry(
        path: path, isFolder: attributes[.type] as? FileAttributeType == .typeDirectory, mode: attributes[.posixPermissions] as? Int ?? 0)
    }
  }

  /// What a reader of the reports gets: every file below `reports` but those that tell of the run itself.
  func reportFiles() throws -> [String: Data] {
    var files: [String: Data] = [:]
    for entry in try entries(below: "reports") where !entry.isFolder && !entry.path.contains("/run.") {
      files[entry.path] = try Data(contentsOf: URL(filePath: "\(root)/\(entry.path)"))
    }
    return files
  }

  /// The requests that the sandbox has answered, one line each.
  func answeredRequests() throws -> [Substring] {
    try text("data/sandbox/requests.jsonl").split(separator: "\n")
  }
}

/// Records an issue that lists where two sets of named things differ.
func expectSame<Value: Equatable>(
  _ a: [String: Value], _ b: [String: Value], _ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  let differences = Set(a.keys).union(b.keys).sorted().compactMap { name in
    switch (a[name], b[name]) {
    case (let x?, let y?): x == y ? nil : "\(name) differs: \(firstDifference(x, y))"
    case (.some, nil): "\(name) is missing"
    default: "\(name) should not be there"
    }
  }
  guard !differences.isEmpty else { return }
  Issue.record("\(comment)\n\(differences.joined(separator: "\n"))", sourceLocation: sourceLocation)
}

/// The first lines in which two texts or tables differ.
private func firstDifference(_ a: some Equatable, _ b: some Equatable) -> String {
  func lines(_ value: some Equatable) -> [String] {
    switch value {
    case let data as Data: String(decoding: data, as: UTF8.self).components(separatedBy: "\n")
    case let rows as [String]: rows
    default: ["\(value)"]
    }
  }
  let (old, new) = (lines(a), lines(b))
  guard let place = zip(old, new).enumerated().first(where: { $1.0 != $1.1 }) else { return "\(old.count) lines, now \(new.count)" }
  return "line \(place.offset + 1) was\n  \(place.element.0.prefix(400))\nis\n  \(place.element.1.prefix(400))"
}
