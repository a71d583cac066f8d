public import Scheduling

extension Diagnostic {
  /// What is wrong with a line of the crontab, told as mistakes of other files are.
  public init(_ defect: CrontabDefect) {
    let line = max(defect.line, 1)
    let length = defect.text.count - defect.column + 1
    self.init(
      DiagnosticCode(defect), at: Place(file: "crontab", line: line, column: defect.column, length: 1, excerpt: defect.text),
      defect.sentence, label: length > 0 ? "here" : "at the end of the line")
  }
}

extension DiagnosticCode {
  /// The code of a mistake in a crontab.
  public init(_ defect: CrontabDefect) {
    switch defect.problem {
    case .expression: self = .cronExpression
    case .missingCommand: self = .cronCommand
    case .sixthField: self = .cronSixthField
    case .userField: self = defect.severity == .warning ? .cronWord : .cronUser
    case .notAnEntry: self = .cronLine
    case .badSetting: self = .cronSetting
    case .unknownZone: self = .cronZone
    case .missingJob: self = .cronJob
    case .unknownJob: self = .cronUnknownJob
    case .percent: self = .cronPercent
    case .missingFinalNewline: self = .cronLastLine
    case .carriageReturn: self = .cronCarriageReturn
    case .nulCharacter: self = .cronNul
    case .otherZone: self = .cronOtherZone
    case .badPath: self = .cronPath
    }
  }
}
