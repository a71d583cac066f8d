import Foundation

/// What is wrong with a line of a crontab.
public struct CrontabDefect: Error, Sendable, Hashable {
  /// From 1; 0 when no line is meant.
  public let line: Int
  /// Of the first character at fault, from 1.
  public let column: Int
  /// The line as it stands in the file.
  public let text: String
  public let problem: Problem

  public enum Severity: String, Sendable {
    /// The line still means what it says.
    case warning
    case error
  }

  public enum Problem: Sendable, Hashable {
    case expression(CronDefect)
    case missingCommand
    /// A sixth field of time, as schedulers with seconds have it.
    case sixthField(String)
    /// A sixth field with a user, as in /etc/crontab.
    case userField(String)
    case notAnEntry
    case badSetting
    case unknownZone(String)
    case missingJob
    /// The entry starts a job that has no file; the names are those that do.
    case unknownJob(String, known: [String])
    case percent
    case missingFinalNewline
    case carriageReturn
    case nulCharacter
    /// cron(8) would start the entry at other times, because it knows only the system's zone.
    case otherZone(zone: String, system: String, since: Instant)
    /// A path for cron(8) that is not absolute, or that holds a line break.
    case badPath(String)
  }

  public init(line: Int, column: Int, text: String, problem: Problem) {
    (self.line, self.column, self.text, self.problem) = (line, column, text, problem)
  }

  public var severity: Severity {
    switch problem {
    case .percent, .missingFinalNewline, .carriageReturn: .warning
    // No command is called `root`; another word may be a program that starts `jobs`.
    case .userField(let name) where name != "root": .warning
    default: .error
    }
  }

  /// What is wrong and what to do, without the place.
  public var sentence: String {
    switch problem {
    case .expression(let defect):
      return (defect.field.map { "\($0.name) (field \($0.position) of 5): " } ?? "") + defect.sentence
    case .missingCommand:
      return "the entry has no command; write it after the expression, as in `30 6 * * * jobs run nightly`"
    case .sixthField(let text):
      return
        "`\(text)` looks like a sixth field of time; an expression has five (minute hour day-of-month month day-of-week), without seconds"
    case .userField(let user):
      return "`\(user)` looks like the user of a system crontab; this file has five fields and then the command, so leave the user out"
    case .notAnEntry:
      return "this is neither a comment, nor a setting (`NAME = value`), nor an entry (five fields or a macro, then a command)"
    case .badSetting:
      return "a setting is `NAME = value`; the name has letters, digits and `_` only, and quotes must be closed"
    case .unknownZone(let name):
      return "no time zone is called `\(name)`; write a name of the IANA database, such as Europe/Berlin or UTC"
    case .missingJob:
      return "`jobs run` needs the name of a job, as in `jobs run nightly`"
    case .unknownJob(let name, let known):
      return "there is no Jobs/\(name).yaml; the jobs are: \(known.joined(separator: ", "))"
    case .percent:
      return "cron(8) reads a bare `%` as the end of the line; here it stands for itself, and `jobs cron install` writes it as `\\%`"
    case .missingFinalNewline:
      return "the last line has no line break at its end; cron(8) would refuse the file, so add one"
    case .carriageReturn:
      return "the line ends with a carriage return (an editor for Windows left it); cron(8) would make it part of the command"
    case .nulCharacter:
      return "the line holds a NUL character, which no command can"
    case .otherZone(let zone, let system, let since):
      return
        "cron(8) knows only the system's zone, \(system), and from \(since) on that differs from \(zone) in a way that no other expression"
        + " can express; set the system's zone to \(zone) (timedatectl set-timezone), or write this line in \(system)"
    case .badPath(let path):
      return "cron(8) needs an absolute path without line breaks, not `\(path)`"
    }
  }
}

extension CrontabDefect: CustomStringConvertible {
  /// `crontab:12:3: error: …`, the line, and a caret under the place.
  public var description: String {
    guard line > 0 else { return "crontab: \(severity.rawValue): \(sentence)" }
    let margin = text.prefix(column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
    return "crontab:\(line):\(column): \(severity.rawValue): \(sentence)\n\(text)\n\(margin)^"
  }
}

extension CrontabDefect {
  /// What is wrong with an entry that starts a job that does not exist.
  public static func unknownJob(_ name: String, at entry: Crontab.Entry, known: [String]) -> CrontabDefect {
    let column = entry.source.range(of: name, options: .backwards).map {
      entry.source.distance(from: entry.source.startIndex, to: $0.lowerBound) + 1
    }
    return CrontabDefect(line: entry.line, column: column ?? 1, text: entry.source, problem: .unknownJob(name, known: known))
  }
}
