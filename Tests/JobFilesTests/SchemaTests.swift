import Foundation
import JobFiles
import JobGraph
import Steps
import Testing

@Suite struct `A schema` {
  private static let files: [(path: String, document: JobValue)] =
    [("Jobs/config/job.schema.json", JobSchema(operations: Operations.all).document)]
    + ConfigurationSchema.allCases.map { ("Jobs/config/\($0.rawValue).schema.json", $0.document) }

  /// `RECORD_SNAPSHOTS=1 swift test` writes the files anew; the diff is reviewed like code.
  @Test func `lies beside the configuration as the program prints it`() throws {
    for (path, document) in Self.files {
      let file = root.appending(path: path)
      if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
        try (document.json() + "\n").write(to: file, atomically: true, encoding: .utf8)
      }
      #expect(try String(contentsOf: file, encoding: .utf8) == document.json() + "\n", "`jobs schema` prints another \(path)")
    }
  }

  @Test func `is JSON`() throws {
    for (path, document) in Self.files {
      let object = try JSONSerialization.jsonObject(with: Data(document.json().utf8)) as? [String: Any]
      #expect(object?["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema", "\(path)")
    }
    let hostile = JobValue.map([.init("a\"\\", .list([.string("\u{1}\n\t"), .null, .double(0.5), .double(3), .int(-1), .bool(true)]))])
    let read = try JSONSerialization.jsonObject(with: Data(hostile.json().utf8)) as? [String: [Any]]
    #expect(read?["a\"\\"]?.first as? String == "\u{1}\n\t")
    #expect(read?["a\"\\"]?.count == 6)
  }

  @Test func `is named by the first line of each file`() throws {
    for folder in ["Jobs", "Jobs/config", "Jobs/imports", "Jobs/strategies"] {
      let names = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path()).filter { $0.hasSuffix(".yaml") }
      for name in names {
        let first = try String(contentsOf: root.appending(path: "\(folder)/\(name)"), encoding: .utf8).prefix { $0 != "\n" }
        let target = String(first.drop { $0 != "=" }.dropFirst())
        #expect(first.hasPrefix("# yaml-language-server: $schema="), "\(name)")
        #expect(FileManager.default.fileExists(atPath: root.appending(path: "\(folder)/\(target)").path()), "\(name) names \(target)")
      }
    }
  }

  @Test func `knows every key, operation and parameter`() {
    let text = JobSchema(operations: Operations.all).document.json()
    for operation in Operations.all {
      #expect(text.contains("\"const\": \"\(operation.name)\""))
      for parameter in operation.parameters { #expect(text.contains("\"\(parameter.name)\": {"), "\(operation.name) \(parameter.name)") }
    }
  }
}
