extension DiagnosticCode {
  /// What `jobs explain CODE` tells.
  public struct Explanation: Sendable, Hashable {
    /// What is wrong, as a phrase.
    public var title: String
    public var cause: String
    /// What happens because of it.
    public var consequence: String
    public var remedy: String
    /// The mistake, and the same without it.
    public var example: Example

    public struct Example: Sendable, Hashable {
      public var wrong: String
      public var right: String
      /// Where the two stand.
      public var place: Place

      public enum Place: Sendable, Hashable {
        /// Keys of a job.
        case job
        /// Keys of a step.
        case step
        /// A whole file of this name below Jobs/config.
        case configuration(String)
        /// A whole file Jobs/strategies/example.yaml.
        case strategy
        case crontab
        /// A command.
        case command
      }
    }

    init(
      _ title: String, cause: String, consequence: String = nothingRuns, remedy: String, wrong: String, right: String,
      in place: Example.Place = .step
    ) {
      (self.title, self.cause, self.consequence, self.remedy) = (title, cause, consequence, remedy)
      example = Example(wrong: wrong, right: right, place: place)
    }

    static let nothingRuns = "The job does not start; nothing was changed. Exit status 78."
  }

  /// The page of this code as text, without colour and without a trailing line break.
  public var manual: String {
    let page = explanation
    return """
      \(rawValue)  \(page.title)

      Cause        \(wrapped(page.cause))
      Consequence  \(wrapped(page.consequence))
      Remedy       \(wrapped(page.remedy))

      Wrong
      \(indented(page.example.wrong))

      Right
      \(indented(page.example.right))
      """
  }

  /// Lines of at most 80 columns, below each other behind the word that they belong to.
  private func wrapped(_ text: String) -> String {
    var lines = [""]
    for word in text.split(whereSeparator: \.isWhitespace) {
      if lines[lines.count - 1].isEmpty {
        lines[lines.count - 1] = String(word)
      } else if lines[lines.count - 1].count + word.count < 67 {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\n" + String(repeating: " ", count: 13))
  }

  private func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }.joined(separator: "\n")
  }

  /// Cause, consequence, remedy and an example.
  public var explanation: Explanation {
    switch self {
    case .unreadable, .forbiddenCharacter, .notYAML, .tooLarge, .duplicateKey, .refusedYAML, .severalDocuments, .tooManyMistakes:
      yamlExplanation
    case .unknownKey, .wrongType, .missingKey, .badName, .outOfRange, .badZone, .badCalendar, .badDuration, .unknownWord, .nameIsNotFile,
      .similarSymbol, .unwatchedAlert, .badSymbol, .badURL, .duplicateEntry, .missingSecret:
      valueExplanation
    case .cronExpression, .cronCommand, .cronSixthField, .cronUser, .cronLine, .cronSetting, .cronZone, .cronJob, .cronUnknownJob, .cronNul,
      .cronOtherZone, .cronPath, .cronWord, .cronPercent, .cronLastLine, .cronCarriageReturn:
      crontabExplanation
    case .badExpression, .wrongOperand, .missingNeed, .noValue, .tooEarly, .mixedExpression:
      expressionExplanation
    case .badCondition, .unknownColumn, .badStrategy: strategyExplanation
    case .hazard, .unknownPool, .unknownStep, .unknownOperation, .unknownParameter, .missingParameter, .wrongDimensions,
      .undefinedReference, .unknownOverride,
      .needsItself, .cycle, .duplicateStep, .emptyJob, .emptyEach, .neverRuns:
      graphExplanation
    }
  }
}
