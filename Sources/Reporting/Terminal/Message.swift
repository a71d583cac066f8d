public import JobGraph
public import Scheduling

/// One thing said on standard error, and what it is about.
public struct Message: Sendable, Equatable {
  public var level: LogLine.Level
  /// As people read it, `warning: ` and the like in front; may have several lines.
  public var text: String
  public var step: StepID?
  public var task: TaskID?
  public var attempt: Int?
  /// `E104`
  public var code: String?
  /// What a log says instead of the text, where that is laid out in columns.
  public var sentence: String?

  public init(
    _ text: String, level: LogLine.Level? = nil, step: StepID? = nil, task: TaskID? = nil, attempt: Int? = nil, code: String? = nil,
    sentence: String? = nil
  ) {
    self.text = text
    let (found, foundCode) = level.map { ($0, nil) } ?? Message.prefix(of: text)
    self.level = found
    self.code = code ?? foundCode
    (self.step, self.task, self.attempt, self.sentence) = (step ?? task?.step, task, attempt, sentence)
  }

  /// The level and code that a text states by how it begins: `error[E104]: `, `warning: `, `note: `; behind a place, too.
  private static func prefix(of text: String) -> (LogLine.Level, String?) {
    let first = text.prefix { $0 != "\n" }
    // The parser of the command line writes its word with a capital letter.
    for (word, level) in [("error", LogLine.Level.error), ("Error", .error), ("warning", .warning)] {
      if first.hasPrefix("\(word): ") || first.contains(": \(word): ") { return (level, nil) }
      guard let start = first.firstRange(of: "\(word)["), start.lowerBound == first.startIndex || first[..<start.lowerBound].hasSuffix(" "),
        let end = first[start.upperBound...].firstIndex(of: "]")
      else { continue }
      return (level, String(first[start.upperBound..<end]))
    }
    return (.info, nil)
  }
}

/// How messages are written where no person looks: each for itself on one line.
public struct LogFormat: Sendable, Equatable {
  public var isJSON: Bool
  /// Under systemd each line begins with its priority: `<4>`.
  public var isJournal: Bool

  public init(isJSON: Bool = false, isJournal: Bool = false) {
    (self.isJSON, self.isJournal) = (isJSON, isJournal)
  }

  /// - Parameters:
  ///   - stream: JOURNAL_STREAM, `DEVICE:INODE`.
  ///   - descriptor: device and inode of standard error.
  /// - Source: systemd.exec(5), "$JOURNAL_STREAM".
  public static func isJournal(stream: String?, descriptor: (device: UInt64, inode: UInt64)?) -> Bool {
    guard let stream, let descriptor else { return false }
    return stream == "\(descriptor.device):\(descriptor.inode)"
  }

  /// The message as it is written, ended by a line feed.
  ///
  /// - Parameters:
  ///   - run: which run it belongs to; nil outside of one.
  ///   - instant: when it was said, for JSON.
  public func text(of message: Message, run: RunID?, job: String?, at instant: Instant) -> String {
    let priority = isJournal ? "<\(message.level.priority)>" : ""
    guard isJSON else {
      return message.text.split(separator: "\n", omittingEmptySubsequences: false).map { priority + $0 + "\n" }.joined()
    }
    let members: [(String, String?)] = [
      ("time", instant.iso8601Milliseconds), ("level", message.level.rawValue), ("run", run?.name), ("job", job),
      ("step", message.step?.name), ("task", message.task?.key), ("attempt", nil), ("code", message.code),
      ("message", message.sentence ?? message.text),
    ]
    let values = members.map { key, value in
      if key == "attempt" { return JSONValue.Member(key, .optional(message.attempt)) }
      return JSONValue.Member(key, .optional(value))
    }
    return priority + JSONValue.object(values).line + "\n"
  }
}

extension LogLine.Level {
  /// Of syslog(3): 3 error, 4 warning, 6 informational.
  var priority: Int {
    switch self {
    case .error: 3
    case .warning: 4
    case .info: 6
    }
  }
}

extension Instant {
  /// `2026-01-15T02:30:00.250Z`, always with milliseconds.
  var iso8601Milliseconds: String {
    let text = iso8601
    return text.contains(".") ? text : text.dropLast() + ".000Z"
  }
}
