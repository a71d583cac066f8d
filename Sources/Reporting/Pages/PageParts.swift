import MarketData
import Scheduling

/// A fact of the strip below the verdict.
struct Fact {
  var name: String
  var value: String

  init(_ name: String, _ value: String?) { (self.name, self.value) = (name, value ?? NumberStyle.missing) }
  init(_ name: String, _ count: Int?) { self.init(name, NumberStyle.count.text(count)) }

  var view: View {
    ["name": .text(name), "value": .text(value), "isMissing": .flag(value == NumberStyle.missing)]
  }

  /// The strip itself, the same on every page.
  static let template = """
    <dl class="facts">{{#facts}}<div><dt>{{name}}</dt><dd{{#isMissing}} class="missing"{{/isMissing}}>{{value}}</dd></div>{{/facts}}</dl>
    """
}

extension Verdict {
  /// The verdict as the pages show it.
  var view: View {
    [
      "state": .text(state.rawValue), "shape": .text(state.shape), "word": .text(word),
      "sentences": sentences.isEmpty ? false : .view(["items": .sentences(sentences)]),
      "actions": actions.isEmpty ? false : .view(["items": .sentences(actions)]),
      "layout": .text(actions.isEmpty ? "single" : "double"),
    ]
  }

  static let template = """
    {{#verdict}}<div class="verdict {{state}} {{layout}}"><p class="word"><span class="shape" aria-hidden="true">{{shape}}</span> {{word}}</p>
    {{#sentences}}<ul>{{#items}}<li>{{text}}</li>{{/items}}</ul>{{/sentences}}
    {{#actions}}<div><h3>To do</h3><ul>{{#items}}<li>{{text}}</li>{{/items}}</ul></div>{{/actions}}</div>{{/verdict}}
    """
}

extension HTMLTable.Cell {
  static func missingOr(_ text: String?) -> HTMLTable.Cell { .text(text ?? NumberStyle.missing) }

  static func price(_ value: Double?, _ style: NumberStyle) -> HTMLTable.Cell { .number(style.text(value)) }

  /// A share as a signed percentage, coloured by its sign.
  static func change(_ share: Double?) -> HTMLTable.Cell { .change(NumberStyle.change.text(share: share), share) }

  static func percent(_ share: Double?) -> HTMLTable.Cell { .number(NumberStyle.percent.text(share: share)) }

  static func count(_ value: Int?) -> HTMLTable.Cell { .number(NumberStyle.count.text(value)) }

  /// Text that may take several lines.
  static func prose(_ text: String) -> HTMLTable.Cell {
    var writer = MarkupWriter()
    writer.element("span", text: text)
    return .wide(writer.markup)
  }

  static func direction(_ direction: Direction, isNew: Bool = false) -> HTMLTable.Cell {
    var writer = MarkupWriter()
    let style = direction == .long ? "up" : direction == .short ? "down" : "quiet"
    writer.element("span", ["class": style]) { writer in
      writer.element("span", ["aria-hidden": "true"], text: direction.shape)
      writer.write(" " + direction.rawValue)
    }
    if isNew { writer.element("span", ["class": "new"], text: "new") }
    return .markup(writer.markup)
  }
}

/// The table of quality findings that the overview and the symbol pages share.
enum QualityTable {
  static func markup(_ rows: [QualityRow], links: [Symbol: RelativePath] = [:]) -> Markup {
    let order: [Verdict.State: Int] = [.bad: 0, .warning: 1, .ok: 2]
    let sorted = rows.enumerated().sorted {
      (order[$0.element.severity] ?? 3, $0.offset) < (order[$1.element.severity] ?? 3, $1.offset)
    }
    return HTMLTable(
      caption: "Findings of the quality rules",
      columns: [.text("Severity"), .text("Symbol"), .text("Interval"), .text("Rule"), .text("Finding"), .text("Observed")],
      rows: sorted.map(\.element).map { row in
        [
          .state(row.severity.rawValue, row.severity), .link(row.symbol?.name ?? "all", row.symbol.flatMap { links[$0] }),
          .text(row.interval?.rawValue ?? "all"), .text(row.rule), .prose(row.sentence), .text(row.observed ?? "—"),
        ]
      }, hasRowHeads: false
    ).markup
  }
}

/// The table of signals that the overview and the symbol pages share.
enum SignalTable {
  static func markup(_ rows: [SignalRow], links: [Symbol: RelativePath] = [:]) -> Markup {
    let daily = rows.allSatisfy { TimeStyle.isMidnight($0.barTime) }
    // A column that nothing was measured for tells nothing.
    let isMeasured = rows.contains { $0.hitRate != nil }
    let hitRate = HTMLTable.Column.text("Hit rate", "Share of past signals of this kind that were right, and how many there were")
    return HTMLTable(
      caption: "Signals with the values that caused them",
      columns: [
        .text("Symbol"), .text("Interval"), .text("Direction"), .text("Strategy"), .number("Strength", "0 to 1, as the strategy states it"),
        .text("Bar"), .text("Valid from", "The open of the next bar: earlier nobody could act on it"), .text("Why"),
      ] + (isMeasured ? [hitRate] : []),
      rows: rows.map { row in
        [
          .link(row.symbol.name, links[row.symbol]), .text(row.interval.rawValue), .direction(row.direction, isNew: row.isNew),
          .text(row.strategy), .number(NumberStyle.ratio.text(row.strength)), .text(TimeStyle.barTime(row.barTime, daily: daily)),
          .missingOr(row.validFrom.map { TimeStyle.barTime($0, daily: daily && TimeStyle.isMidnight($0)) }), .wide(reason(row)),
        ] + (isMeasured ? [.missingOr(row.hitRate?.text)] : [])
      }
    ).markup
  }

  private static func reason(_ row: SignalRow) -> Markup {
    var writer = MarkupWriter()
    writer.write(row.sentence)
    if !row.inputs.isEmpty {
      let inputs = row.inputs.map { "\($0.name) \(inputText($0.value))" }.joined(separator: " · ")
      writer.write(" ")
      writer.element("span", ["class": "quiet"], text: inputs)
    }
    return writer.markup
  }

  /// An input to about six significant digits; its exact value stands in the CSV.
  static func inputText(_ value: Double?) -> String {
    guard let value else { return NumberStyle.missing }
    return NumberStyle.prices([value]).text(value)
  }
}
