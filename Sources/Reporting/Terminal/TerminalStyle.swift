/// What the place that text goes to can show.
public struct TerminalStyle: Sendable, Hashable {
  public var isColoured: Bool
  /// Whether marks beyond ASCII can be shown; text from outside is shown as it is in any case.
  public var isUnicode: Bool

  public init(isColoured: Bool = false, isUnicode: Bool = false) {
    (self.isColoured, self.isUnicode) = (isColoured, isUnicode)
  }

  /// For a file, a pipe or a mail: no colour, ASCII marks.
  public static let plain = TerminalStyle()

  /// What `--color` was given.
  public enum ColourChoice: String, Sendable, CaseIterable {
    case auto, always, never
  }

  /// NO_COLOR decides first, then `--color`, then FORCE_COLOR and CLICOLOR_FORCE, then whether it is a terminal that is not dumb.
  ///
  /// - Source: no-color.org (any value but the empty one), force-color.org, bixense.com/clicolors.
  public static func isColoured(choice: ColourChoice, environment: [String: String], isTerminal: Bool) -> Bool {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if value("NO_COLOR") != nil { return false }
    switch choice {
    case .always: return true
    case .never: return false
    case .auto: break
    }
    if let force = value("FORCE_COLOR") { return force != "0" && force != "false" }
    if let force = value("CLICOLOR_FORCE"), force != "0" { return true }
    return isTerminal && environment["TERM"] != "dumb"
  }

  /// Whether the locale is one of UTF-8: the first of LC_ALL, LC_CTYPE and LANG that is set decides. Under cron none is: ASCII.
  public static func isUnicode(environment: [String: String]) -> Bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"]
    guard let locale = names.lazy.compactMap({ environment[$0] }).first(where: { !$0.isEmpty }) else { return false }
    let lower = locale.lowercased()
    return lower.contains("utf-8") || lower.contains("utf8")
  }

  /// What stands where text was cut out.
  public var ellipsis: String { isUnicode ? "…" : "..." }

  /// The text in the colour of its tone; unchanged where there is none.
  public func painted(_ text: String, _ tone: Tone?) -> String {
    guard isColoured, let tone, !text.isEmpty else { return text }
    return "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m"
  }

  /// What a word means; the word says it too, so that nothing depends on colour.
  public enum Tone: String, Sendable {
    case good = "32"
    case warning = "33"
    case bad = "31"
    case quiet = "2"
    case strong = "1"
  }
}
