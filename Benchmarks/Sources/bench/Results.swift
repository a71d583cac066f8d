import Foundation

/// The page of results: this time beside the last time.
struct Results {
  private var rows: [Row] = []
  private let path: String
  private let previous: [String: String]
  private let previousStamp: String

  /// - Parameter path: the page; what it says now becomes the column of the last time.
  init(path: String) {
    self.path = path
    // Without an earlier page the column stays empty.
    let lines = ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n")
    previousStamp = lines.first { $0.hasPrefix("Measured ") }.map { String($0.dropFirst("Measured ".count)) } ?? ""
    var found: [String: String] = [:]
    for line in lines where line.hasPrefix("| ") {
      let cells = line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      if cells.count == Results.columns.count { found[cells[0]] = cells[1] + (cells[3].isEmpty ? "" : "; \(cells[3])") }
    }
    previous = found
  }

  private static let columns = ["what", "best (median, worst)", "baseline", "ratio", "limit", "last time"]

  /// Shows rows at once, and keeps them for the page.
  mutating func add(_ new: [Row]) {
    for row in new { print("  " + cells(row).prefix(5).filter { !$0.isEmpty }.joined(separator: "   ")) }
    rows += new
  }

  private func cells(_ row: Row) -> [String] {
    let limit = row.limit.map { "\(row.figure.unit.text($0))\(row.isWithinLimit == true ? "" : ": MISSED")" }
    return [
      row.name, row.figure.text, row.baseline.map { "\($0.name): \($0.figure.text)" } ?? "",
      row.ratio.map(Results.ratio) ?? "", limit ?? "", previous[row.name] ?? "",
    ]
  }

  /// `2.47`, or `1/67` for what is far cheaper.
  private static func ratio(_ value: Double) -> String {
    value > 0 && value < 0.1
      ? "1/\(Figure.Unit.seconds.number((1 / value).rounded()).prefix { $0 != "." })" : Figure.Unit.seconds.number(value)
  }

  func write(stamp: String) throws {
    var text = """
      # Results

      Written by `make bench`; what the lines mean is in docs/performance.md.

      Measured \(stamp)

      """
    if !previousStamp.isEmpty { text += "\nLast time: \(previousStamp)\n" }
    text += "\n| \(Results.columns.joined(separator: " | ")) |\n|\(String(repeating: " --- |", count: Results.columns.count))\n"
    for row in rows { text += "| \(cells(row).joined(separator: " | ")) |\n" }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// Those that promised more than they gave.
  var missed: [String] { rows.filter { $0.isWithinLimit == false }.map(\.name) }
}
