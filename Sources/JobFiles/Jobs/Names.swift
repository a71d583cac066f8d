import Foundation

/// The grammar of names.
enum Names {
  static let expectation = "a letter, then letters, digits, `_` and `-`; at most 64 characters"

  static func isName(_ text: some StringProtocol) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, isLetter(first), bytes.count <= 64 else { return false }
    return bytes.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }

  /// - Returns: false, and a diagnostic, when it is no name.
  static func check(_ name: Located<String>, _ kind: String, _ findings: Findings) -> Bool {
    if isName(name.value) { return true }
    findings.add(.badName, at: name.spot, "`\(name.value)` cannot name a \(kind)", label: "not a name", expected: expectation)
    return false
  }

  /// What a file at a path is called: `Jobs/imports/legacy.yaml` is `legacy`.
  static func ofFile(_ path: String) -> String {
    String(path.split(separator: "/").last.map { $0.hasSuffix(".yaml") ? $0.dropLast(5) : $0 } ?? "")
  }

  /// Reports a name that is none, or not that of its file.
  static func checkIsFile(_ name: Located<String>, _ kind: String, _ file: String, _ findings: Findings) {
    guard check(name, kind, findings), name.value != file else { return }
    findings.add(
      .nameIsNotFile, at: name.spot, "the \(kind) is called `\(name.value)`, its file `\(file).yaml`", label: "not the name of the file")
  }

  /// The name of a zone of the IANA database: `Area/City` or `UTC`.
  static func zone(_ name: Located<String>, _ findings: Findings) -> String? {
    let text = name.value
    let isWellFormed = text == "UTC" || (text.contains("/") && !text.contains(".") && !text.hasPrefix("/"))
    if isWellFormed, TimeZone(identifier: text) != nil { return text }
    findings.add(
      .badZone, at: name.spot, "no time zone is called `\(text)`", label: "not a zone",
      expected: "`UTC` or a name such as `America/New_York`",
      nearest: findings.nearest("zone", to: text, in: TimeZone.knownTimeZoneIdentifiers))
    return nil
  }
}
