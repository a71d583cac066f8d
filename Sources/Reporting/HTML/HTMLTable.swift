/// A table of a page: caption, column heads with scope, a row head per row, numbers to the right.
struct HTMLTable {
  struct Column {
    var title: String
    var isNumber: Bool
    /// What the column means, shown when pointed at.
    var meaning: String?

    static func text(_ title: String, _ meaning: String? = nil) -> Column { Column(title: title, isNumber: false, meaning: meaning) }
    static func number(_ title: String, _ meaning: String? = nil) -> Column { Column(title: title, isNumber: true, meaning: meaning) }
  }

  enum Cell {
    case text(String)
    /// Already in its style. ``NumberStyle/missing`` is greyed.
    case number(String)
    /// A number whose sign matters: blue above, orange below zero, with a sign or triangle, never colour alone.
    case change(String, Double?)
    case link(String, RelativePath?)
    /// A word and the state whose shape and colour it gets.
    case state(String, Verdict.State)
    case markup(Markup)
    /// Text that may take several lines.
    case wide(Markup)
  }

  var caption: String
  var showsCaption = false
  var columns: [Column]
  var rows: [[Cell]]
  /// Whether the cells of the first column name their rows.
  var hasRowHeads = true
  /// Whether the table takes the width of the page: with figures only, it is read better narrow.
  var fillsWidth = true

  var markup: Markup {
    var writer = MarkupWriter()
    writer.element("div", ["class": "scroll", "role": "region", "tabindex": "0", "aria-label": caption]) { writer in
      writer.element("table", ["class": fillsWidth ? "full" : "narrow"]) { writer in
        writer.element("caption", ["class": showsCaption ? "shown" : "hidden"], text: caption)
        writer.element("thead") { $0.element("tr") { writer in columns.forEach { Self.head($0, in: &writer) } } }
        writer.element("tbody") { writer in
          for row in rows {
            writer.element("tr") { writer in
              for (index, cell) in row.enumerated() { Self.cell(cell, isHead: hasRowHeads && index == 0, in: &writer) }
            }
          }
        }
      }
    }
    return writer.markup
  }

  private static func head(_ column: Column, in writer: inout MarkupWriter) {
    let style = column.isNumber ? "n" : "t"
    if let meaning = column.meaning {
      writer.element("th", ["scope": "col", "class": style, "title": meaning], text: column.title)
    } else {
      writer.element("th", ["scope": "col", "class": style], text: column.title)
    }
  }

  private static func cell(_ cell: Cell, isHead: Bool, in writer: inout MarkupWriter) {
    if isHead {
      writer.element("th", ["scope": "row"]) { content(of: cell, in: &$0) }
    } else if let style = style(of: cell) {
      writer.element("td", ["class": style]) { content(of: cell, in: &$0) }
    } else {
      writer.element("td") { content(of: cell, in: &$0) }
    }
  }

  private static func style(of cell: Cell) -> String? {
    switch cell {
    case .text(let text): text == NumberStyle.missing ? "t missing" : "t"
    case .number(let text): text == NumberStyle.missing ? "missing" : nil
    case .change(_, let value):
      switch value {
      case .none: "missing"
      case .some(let value) where value > 0: "up"
      case .some(let value) where value < 0: "down"
      case .some: nil
      }
    case .state(_, let state): "t state \(state.rawValue)"
    case .link, .markup: "t"
    case .wide: "t wide"
    }
  }

  private static func content(of cell: Cell, in writer: inout MarkupWriter) {
    switch cell {
    case .text(let text), .number(let text), .change(let text, _): writer.write(text)
    case .link(let text, let path?): writer.element("a", ["href": path.href], text: text)
    case .link(let text, nil): writer.write(text)
    case .state(let word, let state):
      writer.element("span", ["class": "shape", "aria-hidden": "true"], text: state.shape)
      writer.write(" " + word)
    case .markup(let markup), .wide(let markup): writer.insert(markup)
    }
  }
}
