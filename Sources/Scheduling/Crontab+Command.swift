/// The command of an entry, read as far as the schedule needs it.
struct CrontabCommand {
  /// With `\%` read as `%`.
  private(set) var text = ""
  private(set) var run: Crontab.Run?
  /// Each with the index of its first character in the command as written.
  private(set) var problems: [(CrontabDefect.Problem, Int)] = []

  init(_ written: String) {
    readPercents(Array(written))
    let shell = ShellWords(text)
    // `LANG=C.UTF-8 jobs run nightly` starts a job too, with a shell's help.
    let assignments = shell.words.prefix { $0.isAssignment }.count
    let words = shell.words.dropFirst(assignments).map(\.text)
    judgeFirstWord(words)
    guard words.count > 1, words[0].lastPathComponent == "jobs", words[1] == "run" else { return }
    guard let job = CrontabCommand.jobIndex(in: words) else {
      problems.append((.missingJob, 0))
      return
    }
    var arguments = Array(words[2...])
    arguments.remove(at: job - 2)
    run = Crontab.Run(
      job: words[job], arguments: arguments, isPlain: shell.isPlain && assignments == 0,
      executable: shell.words[assignments].range, afterRun: shell.words[assignments + 1].range.upperBound)
  }

  private mutating func readPercents(_ written: [Character]) {
    var index = 0
    while index < written.count {
      if written[index] == "\\", index + 1 < written.count, written[index + 1] == "%" {
        index += 1
      } else if written[index] == "%" {
        problems.append((.percent, index))
      }
      text.append(written[index])
      index += 1
    }
    while text.last?.isBlank == true { text.removeLast() }
  }

  /// Five fields are followed by a command; a sixth field shows by what it is made of, or by what follows it.
  private mutating func judgeFirstWord(_ words: [String]) {
    let first = String(text.prefix { !$0.isBlank })
    let isName = first.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    if first.allSatisfy({ $0.isPlainDigit || "*,-/?".contains($0) }), first != "/" {
      problems.append((.sixthField(first), 0))
    } else if words.count > 1, isName, !launchers.contains(first), first == "root" || words[1].lastPathComponent == "jobs" {
      problems.append((.userField(first), 0))
    }
  }

  /// Programs that are often put in front of another.
  private var launchers: Set<String> {
    ["chronic", "command", "env", "exec", "ionice", "nice", "nohup", "setsid", "sudo", "systemd-cat", "time"]
  }

  /// The first word after `run` that is neither an option nor the value of one.
  private static func jobIndex(in words: [String]) -> Int? {
    let withValue: Set = [
      "--date", "--only", "--skip", "--set", "--root", "--sandbox-seed", "--sandbox-data", "--sandbox-faults", "--trigger",
    ]
    var index = 2
    while index < words.count {
      if !words[index].hasPrefix("-") { return index }
      index += withValue.contains(words[index]) ? 2 : 1
    }
    return nil
  }
}

extension String {
  fileprivate var lastPathComponent: String { split(separator: "/").last.map(String.init) ?? self }
}
