import Foundation
import JobFiles
import Scheduling
import Testing

@Suite struct `Days that follow no rule` {
  @Test func `are read from calendars.yaml`() throws {
    let (calendars, diagnostics) = read(
      "XNYS:\n  closures: [2027-03-10]\n  early_closes: { 2027-03-12: \"13:00\", 2027-03-15: \"14:15\" }\n  extra_sessions: [2027-03-13]\n")
    #expect(diagnostics.isEmpty, "\(diagnostics)")
    #expect(
      calendars.newYork
        == SessionExceptions(
          closures: [try day("2027-03-10")], earlyCloses: [try day("2027-03-12"): 780, try day("2027-03-15"): 855],
          extraSessions: [try day("2027-03-13")]))
    #expect(read("XNYS: {}\n").diagnostics.isEmpty && read("{}\n").0.newYork == SessionExceptions())
  }

  @Test func `are all named with what is wrong`() throws {
    let (_, diagnostics) = read(
      """
      XNYS:
        closures: [2027-02-30, 1889-01-01, 2027-03-10, 2027-03-10]
        early_closes: { 2027-03-10: "13:00", 2027-03-11: "1 pm", 2027-03-12: "09:00" }
        closed: []
      XLON: {}

      """)
    let texts = diagnostics.map(\.line)
    for expected in [
      "2:14: ", "`2027-02-30`", "2:26: ", "1889-01-01", "stands twice", "closes early, and not at all", "`1 pm`", "`09:00`",
      "unknown key `closed`", "unknown key `XLON`",
    ] {
      #expect(texts.contains { $0.contains(expected) }, "\(expected) in \(texts)")
    }
    #expect(diagnostics.count == 8, "\(texts)")
  }

  private func read(_ text: String) -> (CalendarsConfiguration, diagnostics: [Diagnostic]) {
    let loaded = Configuration.load(from: .texts(["Jobs/config/calendars.yaml": text]))
    return (loaded.configuration.calendars, loaded.diagnostics)
  }

  private func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }
}
