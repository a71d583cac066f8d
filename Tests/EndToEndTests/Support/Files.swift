import Foundation

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

/// Where two sets of named things differ; empty when they are equal.
func differences<Value: Equatable>(_ a: [String: Value], _ b: [String: Value]) -> [String] {
  Set(a.keys).union(b.keys).sorted().compactMap { name in
    switch (a[name], b[name]) {
    case (let x?, let y?): x == y ? nil : "\(name) differs"
    case (.some, nil): "\(name) is missing"
    default: "\(name) should not be there"
    }
  }
}
