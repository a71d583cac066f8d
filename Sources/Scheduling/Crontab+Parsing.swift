import Foundation

/// Reads a crontab line by line.
struct CrontabReader {
  private(set) var settings: [Crontab.Setting] = []
  private(set) var entries: [Crontab.Entry] = []
  private(set) var defects: [CrontabDefect] = []

  /// Nil below a `CRON_TZ` that names no zone.
  private var zone: (name: String, zone: TimeZone)?

  init(zone: TimeZone) {
    self.zone = (zone == .gmt ? "UTC" : zone.identifier, zone)
  }

  mutating func read(_ text: String) {
    // By bytes: "\r\n" is one Character.
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { String(Substring($0)) }
    let isUnfinished = lines.last != ""
    if !isUnfinished { lines.removeLast() }
    for (index, line) in lines.enumerated() { read(CrontabLine(text: line, number: index + 1)) }
    if isUnfinished, let last = lines.last {
      report(.missingFinalNewline, at: last.count + 1, in: CrontabLine(text: last, number: lines.count))
    }
  }

  private mutating func read(_ original: CrontabLine) {
    var line = original
    if line.text.utf8.last == UInt8(ascii: "\r") {
      line = CrontabLine(text: String(Substring(line.text.utf8.dropLast())), number: line.number)
      report(.carriageReturn, at: line.text.count + 1, in: line)
    }
    guard let first = line.characters.firstIndex(where: { !$0.isBlank }), line.characters[first] != "#" else { return }
    if let nul = line.characters.firstIndex(of: "\0") { return report(.nulCharacter, at: nul + 1, in: line) }
    let start = line.characters[first]
    if start.isPlainDigit || start == "*" || start == "@" || start == "-" {
      readEntry(line, from: first)
    } else if line.characters.contains("=") {
      readSetting(line, from: first)
    } else {
      report(.notAnEntry, at: first + 1, in: line)
    }
  }

  private mutating func readSetting(_ line: CrontabLine, from first: Int) {
    guard let setting = line.setting else { return report(.badSetting, at: first + 1, in: line) }
    guard setting.name == "CRON_TZ" else { return settings.append(setting) }
    zone = TimeZone(identifier: setting.value).map { (setting.value, $0) }
    if zone == nil { report(.unknownZone(setting.value), at: line.valueColumn, in: line) }
  }

  private mutating func readEntry(_ line: CrontabLine, from first: Int) {
    let (expressionEnd, commandStart) = line.entryParts(from: first)
    let before = defects.count
    var expression: CronExpression?
    do throws(CronDefect) {
      expression = try CronExpression(String(line.characters[..<expressionEnd]))
    } catch {
      report(.expression(error), at: error.column, in: line)
    }
    guard let commandStart else {
      if expression != nil { report(.missingCommand, at: line.characters.count + 1, in: line) }
      return
    }
    let command = CrontabCommand(String(line.characters[commandStart...]))
    for (problem, offset) in command.problems { report(problem, at: commandStart + offset + 1, in: line) }
    guard let expression, let zone, defects[before...].allSatisfy({ $0.severity == .warning }) else { return }
    entries.append(
      Crontab.Entry(
        expression: expression, zone: zone.zone, zoneName: zone.name, command: command.text, line: line.number,
        source: line.text, run: command.run))
  }

  private mutating func report(_ problem: CrontabDefect.Problem, at column: Int, in line: CrontabLine) {
    defects.append(CrontabDefect(line: line.number, column: column, text: line.text, problem: problem))
  }
}

/// A line and where its parts are.
struct CrontabLine {
  let text: String
  let number: Int
  let characters: [Character]

  init(text: String, number: Int) {
    (self.text, self.number, self.characters) = (text, number, Array(text))
  }

  /// The end of the five fields, or of the macro, and the start of the command; nil when there is none.
  func entryParts(from first: Int) -> (expressionEnd: Int, commandStart: Int?) {
    var (index, fields) = (first, characters[first] == "@" ? 1 : 5)
    while fields > 0, index < characters.count {
      while index < characters.count, characters[index].isBlank { index += 1 }
      while index < characters.count, !characters[index].isBlank { index += 1 }
      fields -= 1
    }
    return (index, characters[index...].firstIndex { !$0.isBlank })
  }

  /// From 1.
  var valueColumn: Int {
    guard let equals = characters.firstIndex(of: "=") else { return 1 }
    return (characters[(equals + 1)...].firstIndex { !$0.isBlank } ?? equals) + 1
  }

  /// Nil when the line is not `NAME = value`.
  var setting: Crontab.Setting? {
    guard let equals = characters.firstIndex(of: "="),
      let name = unquoted(characters[..<equals]), let value = unquoted(characters[(equals + 1)...]), !name.isEmpty,
      !name.first!.isPlainDigit, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
    else { return nil }
    return Crontab.Setting(name: name, value: value, line: number)
  }

  /// Without the white space and one pair of quotes around it; nil when a quote is not closed.
  private func unquoted(_ part: ArraySlice<Character>) -> String? {
    let start = part.firstIndex { !$0.isBlank } ?? part.endIndex
    let end = part.lastIndex { !$0.isBlank }.map { $0 + 1 } ?? start
    let text = part[start..<end]
    guard let quote = text.first, quote == "\"" || quote == "'" else { return String(text) }
    guard text.count > 1, text.last == quote else { return nil }
    return String(text.dropFirst().dropLast())
  }
}
