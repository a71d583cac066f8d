/// The lines that change while a run goes on: one per running step, and one for the whole.
public struct ProgressFrame: Sendable, Equatable {
  public var job: String
  public var endedSteps: Int
  public var steps: Int
  public var failedTasks: Int
  public var seconds: Double
  /// Seconds that earlier runs took; nil when there were none.
  public var expected: Double?
  public var isStopping: Bool
  public var rows: [Row]

  /// A running step.
  public struct Row: Sendable, Equatable {
    public var name: String
    public var done: Int
    /// Of those, how many ended since the run was begun or resumed.
    public var doneNow: Int
    public var total: Int
    public var failed: Int
    /// Nothing of it runs: it waits to try again.
    public var isWaiting: Bool
    public var seconds: Double
    /// Seconds that the step took in earlier runs.
    public var expected: Double?

    public init(
      name: String, done: Int, doneNow: Int, total: Int, failed: Int = 0, isWaiting: Bool = false, seconds: Double, expected: Double? = nil
    ) {
      (self.name, self.done, self.doneNow, self.total, self.failed) = (name, done, doneNow, total, failed)
      (self.isWaiting, self.seconds, self.expected) = (isWaiting, seconds, expected)
    }
  }

  public init(
    job: String, endedSteps: Int, steps: Int, failedTasks: Int = 0, seconds: Double, expected: Double? = nil, isStopping: Bool = false,
    rows: [Row]
  ) {
    (self.job, self.endedSteps, self.steps, self.failedTasks) = (job, endedSteps, steps, failedTasks)
    (self.seconds, self.expected, self.isStopping, self.rows) = (seconds, expected, isStopping, rows)
  }

  /// What may stand on a line; less where there is no room. Names are cut in the middle last.
  private struct Layout {
    var bar: Int
    var showsRate: Bool
    var showsTime: Bool
    var showsNote: Bool
  }

  private static let layouts = [
    Layout(bar: 20, showsRate: true, showsTime: true, showsNote: true), Layout(bar: 12, showsRate: true, showsTime: true, showsNote: true),
    Layout(bar: 8, showsRate: true, showsTime: true, showsNote: true), Layout(bar: 8, showsRate: false, showsTime: true, showsNote: true),
    Layout(bar: 8, showsRate: false, showsTime: true, showsNote: false),
    Layout(bar: 0, showsRate: false, showsTime: true, showsNote: false),
    Layout(bar: 0, showsRate: false, showsTime: false, showsNote: false),
  ]

  /// - Parameters:
  ///   - width: columns of the terminal; no line takes its last one, so that none wraps.
  ///   - height: rows of the terminal; at most one less is used, the steps that find no room are counted on one line.
  /// - Returns: at least one line, none wider than `width - 1`; colour takes no columns.
  public func lines(width: Int, height: Int, style: TerminalStyle) -> [String] {
    let width = max(4, width - 1)
    let room = max(0, height - 2)
    let shown = rows.count <= room ? rows : Array(rows.prefix(max(0, room - 1)))
    var lines = table(of: shown, width: width, style: style)
    if shown.count < rows.count, room > 0 {
      let hidden = GroupedNumber.text(rows.count - shown.count)
      lines.append(PlainTable.cutInTheMiddle("  \(style.ellipsis) and \(hidden) more steps", to: width, ellipsis: style.ellipsis))
    }
    return lines + [total(width: width, style: style)]
  }

  private func table(of rows: [Row], width: Int, style: TerminalStyle) -> [String] {
    guard !rows.isEmpty else { return [] }
    let names = rows.map { VisibleText.shown($0.name) }
    let natural = names.map { DisplayWidth.of($0) }.max()!
    for layout in Self.layouts {
      let all: [[String]] = rows.map { cells(of: $0, layout, style) }
      let widths: [Int] = all[0].indices.map { column in all.map { DisplayWidth.of($0[column]) }.max()! }
      let rest = widths.reduce(2) { $1 > 0 ? $0 + $1 + 2 : $0 }
      let isLast = layout.bar == 0 && !layout.showsTime
      guard width - rest >= min(natural, 12) || isLast else { continue }
      let nameWidth = max(1, min(natural, width - rest))
      return zip(names, all).map { line($0, nameWidth, $1, widths, style, limit: width) }
    }
    return []
  }

  private func cells(of row: Row, _ layout: Layout, _ style: TerminalStyle) -> [String] {
    let failed = row.failed > 0 ? "\(GroupedNumber.text(row.failed)) failed" : ""
    let left = row.isWaiting ? "waits to retry" : row.secondsLeft.map { "about \(TimeStyle.short(seconds: $0)) left" } ?? ""
    return [
      layout.bar > 0 ? Self.bar(row.share, width: layout.bar, isUnicode: style.isUnicode) : "",
      row.total > 1 ? ProgressBoard.count(row.done, row.total) : "", layout.showsRate ? row.rate ?? "" : "",
      layout.showsTime ? TimeStyle.short(seconds: row.seconds) : "",
      layout.showsNote ? [left, failed].filter { !$0.isEmpty }.joined(separator: ", ") : "",
    ]
  }

  /// Bar and note stand left, numbers right.
  private func line(_ name: String, _ nameWidth: Int, _ cells: [String], _ widths: [Int], _ style: TerminalStyle, limit: Int) -> String {
    let cut = PlainTable.cutInTheMiddle(name, to: nameWidth, ellipsis: style.ellipsis)
    var text = "  " + cut + String(repeating: " ", count: nameWidth - DisplayWidth.of(cut))
    for (index, cell) in cells.enumerated() where widths[index] > 0 {
      let padding = String(repeating: " ", count: widths[index] - DisplayWidth.of(cell))
      text += "  " + (index == 0 || index == cells.count - 1 ? cell + padding : padding + cell)
    }
    while text.last == " " { text.removeLast() }
    return PlainTable.cutInTheMiddle(text, to: limit, ellipsis: style.ellipsis)
  }

  private func total(width: Int, style: TerminalStyle) -> String {
    let name = VisibleText.shown(job)
    let left = expected.flatMap { $0 > seconds + 1 ? "about \(TimeStyle.short(seconds: $0 - seconds)) left" : nil }
    let parts = [
      isStopping ? "stopping" : nil, "\(GroupedNumber.text(endedSteps))/\(GroupedNumber.text(steps)) steps",
      TimeStyle.short(seconds: seconds),
      isStopping ? nil : left, failedTasks > 0 ? "\(GroupedNumber.text(failedTasks)) failed" : nil,
    ].compactMap(\.self)
    for count in stride(from: parts.count, through: 1, by: -1) {
      let tail = parts.prefix(count).joined(separator: "  ")
      let room = width - DisplayWidth.of(tail) - 2
      guard room >= min(DisplayWidth.of(name), 8) else { continue }
      return style.painted(PlainTable.cutInTheMiddle(name, to: room, ellipsis: style.ellipsis), .strong) + "  " + tail
    }
    return PlainTable.cutInTheMiddle(parts[0], to: width, ellipsis: style.ellipsis)
  }

  /// `████░░░░`, or `[###...]` where only ASCII can be shown; `width` columns.
  private static func bar(_ share: Double, width: Int, isUnicode: Bool) -> String {
    let room = isUnicode ? width : width - 2
    let filled = Int((min(max(share, 0), 1) * Double(room)).rounded(.down))
    func run(_ full: String, _ empty: String) -> String {
      String(repeating: full, count: filled) + String(repeating: empty, count: room - filled)
    }
    return isUnicode ? run("█", "░") : "[\(run("#", "."))]"
  }
}

extension ProgressFrame.Row {
  /// How much of the step is done, in `0...1`; of a step of one task only time tells, and it never says that it is done.
  var share: Double {
    if total > 1 { return Double(done) / Double(total) }
    guard let expected, expected > 0 else { return 0 }
    return min(seconds / expected, 0.95)
  }

  /// Tasks per second, or per minute where that is less than one: `3.1/s`, `12/min`. nil before the first one.
  var rate: String? {
    guard total > 1, doneNow > 0, seconds > 0 else { return nil }
    let perSecond = Double(doneNow) / seconds
    if perSecond >= 10 { return "\(GroupedNumber.text(Int(min(perSecond, 1e9).rounded())))/s" }
    if perSecond >= 1 { return "\(NumberStyle(decimals: 1).text(perSecond))/s" }
    let perMinute = perSecond * 60
    return perMinute >= 1 ? "\(Int(perMinute.rounded()))/min" : "\(Int((perMinute * 60).rounded()))/h"
  }

  /// By the rate once there is one, before that by earlier runs; nil when nothing is known, or the step takes longer than ever.
  var secondsLeft: Double? {
    if total > 1, doneNow > 0 { return done < total ? seconds / Double(doneNow) * Double(total - done) : nil }
    return expected.flatMap { $0 > seconds ? $0 - seconds : nil }
  }
}
