/// Keeps a symbol in a CSV file from being run as a formula by a spreadsheet: what begins like one gets an apostrophe in front.
///
/// The reader takes it off again, so a file reads back to the same symbols; one that begins with apostrophes and then like a formula
/// gets one more.
public enum FormulaGuard {
  public static func added(to symbol: String) -> String { isFormula(symbol) ? "'" + symbol : symbol }

  static func removed(from text: String) -> String { text.first == "'" && isFormula(text) ? String(text.dropFirst()) : text }

  /// `= + - @` and their full-width forms, behind any number of apostrophes.
  private static func isFormula(_ text: String) -> Bool {
    switch text.unicodeScalars.first(where: { $0 != "'" }) {
    case "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": true
    default: false
    }
  }
}
