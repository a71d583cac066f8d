import MarketData
import Scheduling

extension NightlyReport {
  /// More than this of one kind are counted, and listed only when asked for.
  private static let itemsMax = 5

  var changesSection: PageSection {
    PageSection("changes", "What changed", changes) { changes in
      let groups = Self.groups(of: changes)
      let since =
        changes.since.map { "Since the report of \(TimeStyle.date($0))." } ?? "This is the first report; there is nothing to compare with."
      guard !groups.isEmpty else { return [.note(since + (changes.since == nil ? "" : " Nothing changed."))] }
      var writer = MarkupWriter()
      writer.element("div", ["class": "groups"]) { writer in
        for group in groups { write(group, to: &writer) }
      }
      let rest = groups.filter { $0.items.count > Self.itemsMax }.map { group in
        PageSection.Block.fold(summary: "All \(group.items.count): \(group.heading.lowercased())", list(of: group.items[...]))
      }
      return [.note(since), .markup(writer.markup)] + rest
    }
  }

  private struct Group {
    var heading: String
    var items: [Item]
  }

  private struct Item {
    var symbol: Symbol
    var direction: Direction?
    var text: String
  }

  private static func groups(of changes: Changes) -> [Group] {
    func signals(_ rows: [SignalChange]) -> [Item] {
      rows.map { Item(symbol: $0.symbol, direction: $0.direction, text: "\($0.strategy): \($0.sentence)") }
    }
    return [
      Group(heading: "New signals", items: signals(changes.newSignals)),
      Group(heading: "Reversed signals", items: signals(changes.reversedSignals)),
      Group(heading: "Closed signals", items: signals(changes.closedSignals)),
      Group(heading: "Regimes", items: changes.regimes.map { Item(symbol: $0.symbol, text: $0.text) }),
      Group(heading: "Restated bars", items: changes.restatedBars.map { Item(symbol: $0.symbol, text: $0.text) }),
      Group(heading: "New symbols", items: changes.newSymbols.map { Item(symbol: $0, text: "first delivered") }),
      Group(heading: "Missing symbols", items: changes.missingSymbols.map { Item(symbol: $0, text: "delivered before, not today") }),
    ].filter { !$0.items.isEmpty }
  }

  private func write(_ group: Group, to writer: inout MarkupWriter) {
    writer.element("div") { writer in
      writer.element("h3") { writer in
        writer.write(group.heading + " ")
        writer.element("span", ["class": "quiet"], text: NumberStyle.count.text(group.items.count))
      }
      writer.insert(list(of: group.items.prefix(Self.itemsMax)))
      let rest = group.items.count - Self.itemsMax
      if rest > 0 { writer.element("p", ["class": "note"], text: "and \(NumberStyle.count.text(rest)) more below") }
    }
  }

  private func list(of items: ArraySlice<Item>) -> Markup {
    var writer = MarkupWriter()
    writer.element("ul") { writer in
      for item in items {
        writer.element("li") { writer in
          if let direction = item.direction {
            writer.element("span", ["class": direction == .long ? "up" : direction == .short ? "down" : "quiet"], text: direction.shape)
            writer.write(" ")
          }
          if let path = links.symbols[item.symbol] {
            writer.element("a", ["href": path.href], text: item.symbol.name)
          } else {
            writer.element("strong", text: item.symbol.name)
          }
          writer.write(" " + item.text)
        }
      }
    }
    return writer.markup
  }
}
