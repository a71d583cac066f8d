import Foundation

/// What was counted over the trials of one sweep.
struct Tally: Sendable {
  let name: String
  /// How often a run was struck, recoveries too.
  var strikes = 0
  var trials = 0
  var (rowsLost, rowsExtra, tornFiles, damaged) = (0, 0, 0, 0)
  /// A step that was recorded as done was done again.
  var effectsRepeated = 0
  /// A program that had done its work, but whose run died before it could be recorded, was started again under the next attempt's number.
  var effectsAgain = 0
  /// Trials that ended with a step that must not happen twice and of which nobody can tell whether it happened.
  var inDoubt = 0
  var (stuckRuns, leftovers, wrongStatus) = (0, 0, 0)
  var recoveries: [Duration] = []
  /// One per trial that went wrong.
  var violations: [String] = []

  init(_ name: String) { self.name = name }

  mutating func add(_ other: Tally) {
    strikes += other.strikes
    trials += other.trials
    rowsLost += other.rowsLost
    rowsExtra += other.rowsExtra
    tornFiles += other.tornFiles
    damaged += other.damaged
    effectsRepeated += other.effectsRepeated
    effectsAgain += other.effectsAgain
    inDoubt += other.inDoubt
    stuckRuns += other.stuckRuns
    leftovers += other.leftovers
    wrongStatus += other.wrongStatus
    recoveries += other.recoveries
    violations += other.violations
  }

  static let heading = [
    "sweep", "trials", "strikes", "rows lost", "rows doubled", "torn files", "damaged", "effects repeated", "stuck runs", "leftovers",
    "wrong status", "recovery median / worst",
  ]

  var cells: [String] {
    let sorted = recoveries.sorted()
    let times = sorted.isEmpty ? "" : String(format: "%.0f / %.0f ms", sorted[sorted.count / 2].milliseconds, sorted.last!.milliseconds)
    let counts = [trials, strikes, rowsLost, rowsExtra, tornFiles, damaged, effectsRepeated, stuckRuns, leftovers, wrongStatus]
    return [name] + counts.map(String.init) + [times]
  }

  /// The sweeps as a table that stands in a page and on a screen.
  static func table(_ tallies: [Tally]) -> String {
    let rows = [heading] + tallies.map(\.cells)
    let widths = heading.indices.map { column in rows.map { $0[column].count }.max()! }
    func line(_ cells: [String]) -> String {
      let padded = cells.enumerated().map { index, cell in
        let space = String(repeating: " ", count: widths[index] - cell.count)
        return index == 0 ? cell + space : space + cell
      }
      return "| \(padded.joined(separator: " | ")) |"
    }
    let rule = widths.enumerated().map { String(repeating: "-", count: $1 - ($0 == 0 ? 0 : 1)) + ($0 == 0 ? "" : ":") }
    return ([line(heading), "| \(rule.joined(separator: " | ")) |"] + rows.dropFirst().map(line)).joined(separator: "\n")
  }
}

/// Writes a line at once: whoever watches a log sees how far it has come.
func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
