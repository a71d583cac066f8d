import Foundation

/// Small file systems of the machine itself. All of it needs root.
enum Disk {
  static var isAllowed: Bool { geteuid() == 0 }

  /// Runs a command of the system.
  /// - Throws: ``TortureError`` with what it said.
  @discardableResult
  static func command(_ words: String...) throws -> String {
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw TortureError("\(words.joined(separator: " ")): \(text)") }
    return text
  }

  /// Mounts, and unmounts when `body` has ended.
  static func mounted<Result>(_ options: [String], at folder: String, _ body: () throws -> Result) throws -> Result {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["mount"] + options + [folder]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw TortureError("mount \(options.joined(separator: " ")) failed") }
    defer {
      // A program that was left behind may still stand in it; then it goes when that one has gone.
      if (try? command("umount", folder)) == nil { _ = try? command("umount", "-l", folder) }
    }
    return try body()
  }

  /// The bytes and files that a folder takes.
  static func size(of folder: String) throws -> (kilobytes: Int, files: Int) {
    let kilobytes = Int(try command("du", "-sk", folder).prefix { $0.isNumber }) ?? 0
    return (kilobytes, try FileManager.default.subpathsOfDirectory(atPath: folder).count)
  }
}
