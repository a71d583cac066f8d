/// Reads an expression from left to right and remembers the column of everything.
struct CronParser {
  static let macros: [(name: String, expression: String)] = [
    ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"), ("@monthly", "0 0 1 * *"), ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@hourly", "0 * * * *"),
  ]

  private let characters: [Character]
  private var index = 0

  init(_ text: some StringProtocol) {
    characters = Array(text)
  }

  var trimmedText: String {
    let kept = characters.drop(while: \.isBlank)
    return String(kept[..<(kept.lastIndex { !$0.isBlank }.map { $0 + 1 } ?? kept.startIndex)])
  }

  mutating func parse() throws(CronDefect) -> CronFields {
    let words = words()
    guard let first = words.first else { throw CronDefect(field: nil, column: 1, problem: .empty) }
    if characters[first.lowerBound] == "@" { return try macro(words) }
    guard words.count == 5 else {
      let column = words.count > 5 ? words[5].lowerBound : first.lowerBound
      throw CronDefect(field: nil, column: column + 1, problem: .fieldCount(words.count))
    }
    var fields = CronFields()
    var masks: [UInt64] = []
    for (field, word) in zip(CronField.allCases, words) { masks.append(try mask(of: field, in: word)) }
    (fields.minutes, fields.hours, fields.days) = (masks[0], UInt32(masks[1]), UInt32(masks[2]))
    (fields.months, fields.weekdays) = (UInt16(masks[3]), UInt8((masks[4] | masks[4] >> 7) & 0x7F))
    let starred = words.map { characters[$0.lowerBound] == "*" }
    fields.isWildcard = starred[0] || starred[1]
    fields.needsBothDays = starred[2] || starred[4]
    try refuseNeverDue(fields, words: words)
    return fields
  }

  private func words() -> [Range<Int>] {
    var (words, start): ([Range<Int>], Int?) = ([], nil)
    for (index, character) in characters.enumerated() {
      if character.isBlank {
        if let begun = start { words.append(begun..<index) }
        start = nil
      } else if start == nil {
        start = index
      }
    }
    if let start { words.append(start..<characters.count) }
    return words
  }

  private func macro(_ words: [Range<Int>]) throws(CronDefect) -> CronFields {
    let name = String(characters[words[0]])
    let column = words[0].lowerBound + 1
    if name == "@reboot" { throw CronDefect(field: nil, column: column, problem: .reboot) }
    guard let macro = Self.macros.first(where: { $0.name == name }) else {
      throw CronDefect(field: nil, column: column, problem: .unknownMacro(name))
    }
    if words.count > 1 {
      throw CronDefect(field: nil, column: words[1].lowerBound + 1, problem: .unexpected(String(characters[words[1]])))
    }
    var parser = CronParser(macro.expression)
    return try parser.parse()
  }

  /// With both day fields needed and none of the days in any of the months, no day ever matches. Any weekday does occur on any
  /// date within 400 years, so nothing else can be impossible.
  private func refuseNeverDue(_ fields: CronFields, words: [Range<Int>]) throws(CronDefect) {
    guard fields.needsBothDays else { return }
    var longest = 0
    for month in 1...12 where fields.months >> UInt16(month) & 1 == 1 {
      longest = max(longest, CivilDate.days(inMonth: month, of: 2000))
    }
    let day = fields.days.lowestBit
    guard day <= longest else { throw CronDefect(field: .dayOfMonth, column: words[2].lowerBound + 1, problem: .neverDue(day: day)) }
  }
}

extension CronParser {
  /// The elements of one field, separated by commas.
  private mutating func mask(of field: CronField, in word: Range<Int>) throws(CronDefect) -> UInt64 {
    index = word.lowerBound
    var mask = try element(of: field, in: word)
    while index < word.upperBound {
      guard characters[index] == "," else { throw unexpected(field, word) }
      index += 1
      mask |= try element(of: field, in: word)
    }
    return mask
  }

  /// `*`, `5`, `1-5`, each range with `/step`.
  private mutating func element(of field: CronField, in word: Range<Int>) throws(CronDefect) -> UInt64 {
    let start = index
    var range = field.range
    if peek(word) == "*" {
      index += 1
    } else {
      let low = try value(of: field, in: word)
      guard peek(word) == "-" else {
        if peek(word) == "/" {
          throw CronDefect(field: field, column: index + 1, problem: .stepWithoutRange(String(characters[start..<index])))
        }
        return 1 << UInt64(low)
      }
      index += 1
      let high = try value(of: field, in: word)
      guard low <= high else {
        throw CronDefect(field: field, column: start + 1, problem: .descendingRange(String(characters[start..<index])))
      }
      range = low...high
    }
    let step = try step(of: field, in: word)
    return stride(from: range.lowerBound, through: range.upperBound, by: step).reduce(0) { $0 | 1 << UInt64($1) }
  }

  private mutating func value(of field: CronField, in word: Range<Int>) throws(CronDefect) -> Int {
    let start = index
    while let next = peek(word), next.isPlainLetterOrDigit { index += 1 }
    let text = String(characters[start..<index])
    guard let first = text.first else { throw unexpected(field, word) }
    guard text.allSatisfy(\.isPlainDigit) else {
      if let known = field.names.firstIndex(of: text.lowercased()) { return known + (field == .month ? 1 : 0) }
      let problem: CronDefect.Problem = first.isPlainDigit || field.names.isEmpty ? .unexpected(text) : .unknownName(text)
      throw CronDefect(field: field, column: start + 1, problem: problem)
    }
    guard let number = Int(text), field.range.contains(number) else {
      throw CronDefect(field: field, column: start + 1, problem: .outOfRange(text))
    }
    return number
  }

  /// One when there is no `/`. A step beyond the range leaves its first value, as in cron.
  private mutating func step(of field: CronField, in word: Range<Int>) throws(CronDefect) -> Int {
    guard peek(word) == "/" else { return 1 }
    index += 1
    let start = index
    while let next = peek(word), next.isPlainLetterOrDigit { index += 1 }
    let text = String(characters[start..<index])
    guard text.allSatisfy(\.isPlainDigit), let step = Int(text), step > 0 else {
      throw CronDefect(field: field, column: start + 1, problem: .badStep(text))
    }
    return min(step, 60)
  }

  private func peek(_ word: Range<Int>) -> Character? {
    index < word.upperBound ? characters[index] : nil
  }

  private func unexpected(_ field: CronField, _ word: Range<Int>) -> CronDefect {
    CronDefect(field: field, column: index + 1, problem: .unexpected(String(characters[index..<word.upperBound])))
  }
}

extension Character {
  /// A space or a tab: what separates the fields of a crontab.
  var isBlank: Bool { self == " " || self == "\t" }
  var isPlainDigit: Bool { "0" <= self && self <= "9" }
  fileprivate var isPlainLetterOrDigit: Bool { isASCII && (isLetter || isNumber) }
}
