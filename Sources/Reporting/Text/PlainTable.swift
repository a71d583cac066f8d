/// A table as text, for a terminal or a mail: columns padded with spaces, two between them, no frame.
public struct PlainTable: Sendable {
  public struct Column: Sendable {
    public var title: String
    public var alignment: Alignment
    /// Whether the column may be cut in the middle when the table is too wide. Numbers should not be.
    public var mayShrink: Bool

    public init(_ title: String, _ alignment: Alignment = .left, mayShrink: Bool? = nil) {
      (self.title, self.alignment) = (title, alignment)
      self.mayShrink = mayShrink ?? (alignment == .left)
    }
  }

  /// Text stands left; numbers stand right, so that their digits line up.
  public enum Alignment: Sendable {
    case left, right
  }

  public var columns: [Column]
  /// Each with one text per column; what is not there is empty, what is too much is not shown.
  public var rows: [[String]]
  public var showsHeader: Bool
  /// Colour and marks of the place that the table goes to.
  public var style: TerminalStyle
  /// What the texts of the first column mean; asked for each row where there is colour.
  public var tone: @Sendable (String) -> TerminalStyle.Tone?

  public init(
    _ columns: [Column], rows: [[String]] = [], showsHeader: Bool = true, style: TerminalStyle = TerminalStyle(isUnicode: true),
    tone: @escaping @Sendable (String) -> TerminalStyle.Tone? = { _ in nil }
  ) {
    (self.columns, self.rows, self.showsHeader, self.style, self.tone) = (columns, rows, showsHeader, style, tone)
  }

  /// The lines of the table, each ended by a line feed, without spaces at line ends.
  ///
  /// - Parameter width: the columns of the terminal; nil (a pipe, a file) cuts nothing. Columns that may shrink are then cut in the
  ///   middle, the widest first and none below eight; a table that still does not fit stays wider.
  public func text(width: Int? = nil) -> String {
    let header = showsHeader ? [columns.map(\.title)] : []
    let lines = (header + rows).map { row in columns.indices.map { VisibleText.shown($0 < row.count ? row[$0] : "") } }
    let widths = fitted(naturalWidths(of: lines), to: width)
    return lines.map { line(of: $0, widths: widths) + "\n" }.joined()
  }

  private func naturalWidths(of lines: [[String]]) -> [Int] {
    columns.indices.map { column in lines.reduce(0) { max($0, DisplayWidth.of($1[column])) } }
  }

  private func fitted(_ natural: [Int], to width: Int?) -> [Int] {
    guard let width else { return natural }
    var widths = natural
    while widths.reduce(0, +) + 2 * max(0, widths.count - 1) > width {
      let shrinkable = columns.indices.filter { columns[$0].mayShrink && widths[$0] > 8 }
      guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
    }
    return widths
  }

  private func line(of cells: [String], widths: [Int]) -> String {
    var line = ""
    for (index, cell) in cells.enumerated() {
      var cut = Self.cutInTheMiddle(cell, to: widths[index], ellipsis: style.ellipsis)
      let padding = String(repeating: " ", count: max(0, widths[index] - DisplayWidth.of(cut)))
      if index > 0 { line += "  " } else { cut = style.painted(cut, tone(cell)) }
      line += columns[index].alignment == .right ? padding + cut : cut + padding
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  /// The text in at most `width` columns: what is longer loses its middle to `…`.
  public static func cutInTheMiddle(_ text: String, to width: Int, ellipsis: String = "…") -> String {
    guard DisplayWidth.of(text) > width else { return text }
    let mark = DisplayWidth.of(ellipsis)
    guard width > mark else { return String(ellipsis.prefix(max(0, width))) }
    let head = take(text, columns: (width + 1 - mark) / 2)
    let tail = take(text.reversed(), columns: width - mark - DisplayWidth.of(String(head)))
    return String(head) + ellipsis + String(tail.reversed())
  }

  private static func take(_ text: some Sequence<Character>, columns: Int) -> [Character] {
    var left = columns
    var taken: [Character] = []
    for character in text {
      left -= DisplayWidth.of(character)
      guard left >= 0 else { break }
      taken.append(character)
    }
    return taken
  }
}
