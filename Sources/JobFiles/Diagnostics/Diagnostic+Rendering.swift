extension Diagnostic {
  /// The mistake as a person reads it, several lines without a trailing line break.
  ///
  ///     error[E104]: unknown key `retires`
  ///       --> Jobs/nightly.yaml:41:5
  ///        |
  ///     41 |     retires: 3
  ///        |     ^^^^^^^ not a key of a step
  ///        = a key with a similar name exists: `retry`
  ///
  /// Control characters and those that turn the direction of text are shown as `\u{202E}`, also inside the excerpt.
  /// - Parameter colour: with ANSI colours.
  public func rendered(colour: Bool = false) -> String {
    let paint = Paint(isOn: colour)
    let gutter = place.map { String($0.line).count } ?? 0
    let margin = String(repeating: " ", count: showsExcerpt ? gutter : 2)
    var lines = [paint.severity("\(severity.rawValue)[\(code.rawValue)]", severity) + paint.bold(": " + message.printable)]
    if let place {
      lines.append(margin + paint.frame("-->") + " \(place)" + othersText)
      if showsExcerpt { lines += excerptLines(of: place, margin: margin, paint: paint) }
    }
    lines += remarks.map { margin + " " + paint.frame("=") + " " + $0.printable }
    return lines.joined(separator: "\n")
  }

  /// The mistake on one line, for editors and logs: `Jobs/nightly.yaml:14:12: error[E107]: no step is called ...`.
  public var line: String {
    let head = (place.map { "\($0): " } ?? "") + "\(severity.rawValue)[\(code.rawValue)]: " + message.printable
    return head + (nearest.map { "; " + $0.sentence.printable } ?? "")
  }

  /// What stands below the excerpt.
  private var remarks: [String] {
    [nearest?.sentence, expected].compactMap { $0 } + notes
  }

  /// A mistake of several places is told by its message; one excerpt would point at an arbitrary one of them.
  private var showsExcerpt: Bool { place?.excerpt.isEmpty == false && !(code == .cycle && !others.isEmpty) }

  private var othersText: String {
    let shown = others.prefix(20).map { other in
      other.file == place?.file ? ", \(other.line):\(other.column)" : ", \(other)"
    }
    return shown.joined() + (others.count > 20 ? ", and \(others.count - 20) more" : "")
  }

  private func excerptLines(of place: Place, margin: String, paint: Paint) -> [String] {
    let bar = paint.frame("|")
    let before = String(place.excerpt.prefix(place.caret)).printable
    let marked = String(place.excerpt.dropFirst(place.caret).prefix(place.length)).printable
    let after = String(place.excerpt.dropFirst(place.caret + place.length)).printable
    let carets = String(repeating: "^", count: max(1, marked.count))
    let caretLine =
      String(repeating: " ", count: before.count) + paint.severity(label.isEmpty ? carets : "\(carets) \(label.printable)", severity)
    return [
      "\(margin) \(bar)",
      "\(paint.frame(String(place.line))) \(bar) \(before)\(marked)\(after)",
      "\(margin) \(bar) \(caretLine)",
    ]
  }
}

extension Diagnostic.Place: CustomStringConvertible {
  /// `Jobs/nightly.yaml:41:5`
  public var description: String { "\(file.printable):\(line):\(column)" }
}

/// ANSI colours, or none.
private struct Paint {
  let isOn: Bool

  func severity(_ text: String, _ severity: Diagnostic.Severity) -> String {
    wrap(text, severity == .error ? "1;31" : "1;33")
  }
  func bold(_ text: String) -> String { wrap(text, "1") }
  func frame(_ text: String) -> String { wrap(text, "1;34") }

  private func wrap(_ text: String, _ code: String) -> String { isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}
