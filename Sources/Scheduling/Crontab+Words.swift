/// A command line as a shell would split it, as far as that needs no shell.
struct ShellWords {
  /// The words up to the first unquoted sign that only a shell understands.
  private(set) var words: [Word] = []
  /// Whether there is no such sign, and every quote is closed.
  private(set) var isPlain = true

  struct Word: Equatable {
    /// Without quotes.
    var text = ""
    /// In characters of the command line, with quotes.
    var range: Range<Int>

    /// `NAME=value` in front of a command.
    var isAssignment: Bool {
      guard let name = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).first, name.count < text.count else {
        return false
      }
      return !name.isEmpty && !name.first!.isPlainDigit && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }
  }

  private let characters: [Character]
  private var index = 0

  init(_ text: String) {
    characters = Array(text)
    while isPlain, index < characters.count {
      if characters[index].isBlank { index += 1 } else { readWord() }
    }
  }

  private mutating func readWord() {
    let start = index
    var text = ""
    while isPlain, index < characters.count, !characters[index].isBlank {
      switch characters[index] {
      case "'": readQuoted(into: &text, escapes: "", forbidden: "")
      case "\"": readQuoted(into: &text, escapes: "\"\\$`", forbidden: "$`")
      case "\\": readEscaped(into: &text)
      case let sign where "|&;<>()#".contains(sign): isPlain = false
      case let sign where "$`*?[]~!{}".contains(sign): return isPlain = false  // the shell decides what this word is
      case let character:
        text.append(character)
        index += 1
      }
    }
    if index > start, isPlain || !text.isEmpty { words.append(Word(text: text, range: start..<index)) }
  }

  private mutating func readEscaped(into text: inout String) {
    guard index + 1 < characters.count else { return isPlain = false }
    text.append(characters[index + 1])
    index += 2
  }

  /// - Parameters:
  ///   - escapes: what a backslash protects within these quotes.
  ///   - forbidden: what keeps its meaning for the shell within them.
  private mutating func readQuoted(into text: inout String, escapes: String, forbidden: String) {
    let quote = characters[index]
    index += 1
    while index < characters.count, characters[index] != quote {
      if forbidden.contains(characters[index]) { return isPlain = false }
      if characters[index] == "\\", index + 1 < characters.count, escapes.contains(characters[index + 1]) { index += 1 }
      text.append(characters[index])
      index += 1
    }
    if index == characters.count { isPlain = false } else { index += 1 }
  }

  /// The text as one word for a shell.
  static func quoted(_ text: String) -> String {
    let isSafe = !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-./:@+,=".contains($0)) }
    // By scalars: a quote with a mark behind it is another character of a text, but a quote to the shell.
    let parts = text.unicodeScalars.split(separator: "'", omittingEmptySubsequences: false).map { String($0) }
    return isSafe ? text : "'" + parts.joined(separator: "'\\''") + "'"
  }
}
