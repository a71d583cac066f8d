/// A message in Telegram's HTML, cut into pieces that it takes.
enum TelegramText {
  /// UTF-16 code units, counted here before the tags and entities are read, so never too many.
  static let unitsMax = 4096
  /// More pieces than this would be a nuisance: the rest stands in the report.
  static let piecesMax = 5

  /// Pieces end at the borders of lines; a line that is too long by itself ends between two characters, never inside an entity.
  static func pieces(of message: Message) -> [String] {
    var pieces = ["<b>\(escaped(message.title.cut(toUTF16: 200)))</b>"]
    for line in message.lines {
      for part in EscapedText.slices(of: line, unitsMax: unitsMax, escaped) {
        if pieces[pieces.count - 1].utf16.count + 1 + part.utf16.count > unitsMax {
          pieces.append(part)
        } else {
          pieces[pieces.count - 1] += "\n" + part
        }
      }
    }
    // A piece of blanks is no message.
    pieces.removeAll { $0.allSatisfy(\.isWhitespace) }
    if pieces.count > piecesMax { pieces = pieces.prefix(piecesMax) + ["… and more in the report."] }
    return pieces
  }

  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
  }

  /// The same without tags and entities.
  static func plain(_ html: String) -> String {
    html.replacing("<b>", with: "").replacing("</b>", with: "").replacing("&quot;", with: "\"").replacing("&gt;", with: ">")
      .replacing("&lt;", with: "<").replacing("&amp;", with: "&")
  }
}
