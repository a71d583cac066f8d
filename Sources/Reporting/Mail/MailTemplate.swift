import MarketData

extension MailContent {
  /// Tables and inline styles only: mail clients know no more. Background and text colours are stated together, because clients that
  /// invert one of them invert both.
  static let template = """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{subject}}</title></head>
    <body style="margin:0;padding:0;background:#ffffff;color:#16191d">
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#ffffff"><tr><td align="center" style="padding:16px">
    <table role="presentation" width="600" cellpadding="0" cellspacing="0" style="width:100%;max-width:600px;font:14px/20px Arial,Helvetica,sans-serif;color:#16191d;background:#ffffff">
    <tr><td style="padding:0 0 8px;font-size:18px;line-height:24px"><strong>{{heading}}</strong></td></tr>
    <tr><td style="padding:10px 14px;border-left:5px solid {{colour}};background:#f6f7f8;color:#16191d"><strong style="color:{{colour}};font-size:18px">{{shape}} {{word}}</strong>{{#sentences}}<br>{{text}}{{/sentences}}</td></tr>
    {{#actions}}<tr><td style="padding:10px 0 0"><strong>To do</strong>{{#items}}<br>{{text}}{{/items}}</td></tr>{{/actions}}
    {{#failures}}<tr><td style="padding:8px 14px;border:1px solid #a8121d;color:#a8121d;background:#ffffff">{{text}}</td></tr>{{/failures}}
    <tr><td style="padding:10px 0"><table role="presentation" width="100%" cellpadding="0" cellspacing="0">{{#facts}}<tr><td style="padding:2px 0;color:#555f69;background:#ffffff">{{name}}</td><td align="right" style="padding:2px 0;background:#ffffff">{{value}}</td></tr>{{/facts}}</table></td></tr>
    <tr><td style="padding:8px 0 4px;border-top:2px solid #16191d"><strong>What changed</strong></td></tr>
    {{#changes}}<tr><td style="padding:2px 0">{{text}}</td></tr>{{/changes}}
    {{^changes}}<tr><td style="padding:2px 0;color:#555f69">Nothing changed since the report before.</td></tr>{{/changes}}
    {{#changesNote}}<tr><td style="padding:2px 0;color:#555f69">{{changesNote}}</td></tr>{{/changesNote}}
    {{#movers}}<tr><td style="padding:12px 0 4px;border-top:2px solid #16191d"><strong>Movers</strong></td></tr>
    <tr><td><table width="100%" cellpadding="0" cellspacing="0"><tr><th align="left" style="color:#555f69;font-weight:normal">Symbol</th><th align="right" style="color:#555f69;font-weight:normal">Last</th><th align="right" style="color:#555f69;font-weight:normal">Change</th><th align="right" style="color:#555f69;font-weight:normal">z</th></tr>{{#items}}<tr><td style="padding:2px 0">{{symbol}}</td><td align="right" style="padding:2px 0">{{last}}</td><td align="right" style="padding:2px 0;color:{{colour}}">{{change}}</td><td align="right" style="padding:2px 0">{{z}}</td></tr>{{/items}}</table></td></tr>{{/movers}}
    <tr><td style="padding:14px 0 0;color:#555f69">Full report: {{place}}</td></tr>
    </table></td></tr></table>
    </body></html>

    """

  /// Each text is cut to 400 columns: no report makes the mail longer than clients show.
  var view: View {
    func cut(_ text: String) -> ViewValue { .text(PlainTable.cutInTheMiddle(VisibleText.shown(text), to: 400)) }
    func sentences(_ texts: some Sequence<String>) -> ViewValue { .list(texts.map { ["text": cut($0)] }) }
    let rows = movers.map { mover -> View in
      [
        "symbol": cut(mover.symbol.name), "last": .text(NumberStyle.prices([mover.last].compactMap { $0 }).text(mover.last)),
        "change": .text(NumberStyle.change.text(share: mover.change)),
        "z": .text(NumberStyle(decimals: 1, showsPlus: true).text(mover.zScore)),
        "colour": .text((mover.change ?? 0) < 0 ? "#B34700" : "#005A8F"),
      ]
    }
    return [
      "subject": .text(subject), "heading": cut(heading), "shape": .text(verdict.state.shape), "word": cut(verdict.word),
      "colour": .text(colour), "sentences": sentences(verdict.sentences.prefix(12)),
      "actions": verdict.actions.isEmpty ? false : .view(["items": sentences(verdict.actions.prefix(12))]), "failures": sentences(failures),
      "facts": .list(facts.map { ["name": .text($0.name), "value": cut($0.value)] }), "changes": sentences(changes),
      "changesNote": .optional(changesNote), "movers": rows.isEmpty ? false : .view(["items": .list(rows)]), "place": cut(place),
    ]
  }

  private var colour: String {
    switch verdict.state {
    case .ok: "#17663a"
    case .warning: "#8a5a00"
    case .bad: "#a8121d"
    }
  }
}
