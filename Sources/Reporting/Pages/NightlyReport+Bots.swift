import Scheduling

extension NightlyReport {
  var botsSection: PageSection? {
    bots.map { section in
      PageSection("bots", "The bots' day", section, count: \.rows.count) { day in
        var notes = [
          "What the bridge heard from \(TimeStyle.barTime(day.from, daily: false)) to \(TimeStyle.barTime(day.to, daily: false)) UTC. Slippage is the "
            + "price of a fill beside the last one seen in the minute before it, in hundredths of a percent: above zero, it cost."
        ]
        if day.gaps > 0 {
          notes.append(
            "Nothing was heard in \(NumberStyle.count.text(day.gaps)) gaps of \(NumberStyle.ratio.text(day.gapSeconds)) s in all; what was sent in "
              + "them is in no figure.")
        }
        return notes.map { .note($0) } + [.markup(Self.botsTable(day.rows))]
      }
    }
  }

  private static func botsTable(_ rows: [BotRow]) -> Markup {
    HTMLTable(
      caption: "The bots' day",
      columns: [
        .text("Ticker"), .number("Prices", "Messages"), .number("Low"), .number("High"), .number("Orders"), .number("Fills"),
        .number("Ended", "Rejected, canceled or expired"), .text("Slippage", "The mean, and of how many fills"),
        .number("Worst fill", "Slippage of the worst one"),
      ],
      rows: rows.map { row in
        let style = NumberStyle.prices([row.low, row.high].compactMap(\.self))
        return [
          .text(row.symbol), .number(NumberStyle.count.text(row.prices)), .price(row.low, style), .price(row.high, style),
          .number(NumberStyle.count.text(row.orders)), .number(NumberStyle.count.text(row.fills)),
          .number(NumberStyle.count.text(row.ended)), .missingOr(row.slippage?.text),
          .number(Slippage.points.text(row.slippage.map { $0.worst * 10_000 })),
        ]
      }
    ).markup
  }
}
