/// The kinds of mistakes, each with a number that never changes its meaning.
public enum DiagnosticCode: String, Sendable, Hashable, CaseIterable {
  case unreadable = "E100"
  case forbiddenCharacter = "E101"
  case notYAML = "E102"
  case tooLarge = "E103"
  case unknownKey = "E104"
  case duplicateKey = "E105"
  case wrongType = "E106"
  case unknownStep = "E107"
  case refusedYAML = "E108"
  case severalDocuments = "E109"
  case missingKey = "E110"
  case badName = "E111"
  case unknownOperation = "E112"
  case unknownParameter = "E113"
  case missingParameter = "E114"
  case outOfRange = "E115"
  case wrongDimensions = "E116"
  case undefinedReference = "E117"
  case unknownOverride = "E118"
  case needsItself = "E119"
  case cycle = "E120"
  case duplicateStep = "E121"
  case emptyJob = "E122"
  case badZone = "E123"
  case badCalendar = "E124"
  case badDuration = "E125"
  case unknownWord = "E126"
  case nameIsNotFile = "E127"
  case badSymbol = "E128"
  case badURL = "E129"
  case duplicateEntry = "E130"
  case tooManyMistakes = "E131"
  case emptyEach = "W101"
  case neverRuns = "W102"

  /// Every code, in the order of the numbers.
  public static var all: [DiagnosticCode] { allCases }

  public var severity: Diagnostic.Severity { rawValue.hasPrefix("W") ? .warning : .error }

  /// - Parameter text: `E104`, in any case.
  public init?(_ text: String) { self.init(rawValue: text.uppercased()) }
}
