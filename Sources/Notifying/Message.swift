public import Scheduling

/// What goes to one recipient: one notice, or several together.
public struct Message: Sendable, Equatable {
  /// The same at every attempt; derived from what is told. Letters, digits, `-`.
  public var id: String
  /// An address of the channel; empty where the channel is one itself.
  public var recipient: String
  public var severity: Severity
  /// One line.
  public var title: String
  public var sections: [Section]
  /// The report in a form for mails; nil: the sections are all there is.
  public var html: String?
  public var attachments: [Attachment]
  /// When what is told was put in line.
  public var date: Instant
  /// Why it comes now; nil: there is nothing to say about that.
  public var remark: String?

  public init(
    id: String, recipient: String = "", severity: Severity, title: String, sections: [Section], html: String? = nil,
    attachments: [Attachment] = [], date: Instant, remark: String? = nil
  ) {
    (self.id, self.recipient, self.severity, self.title) = (id, recipient, severity, title)
    (self.sections, self.html, self.attachments, self.date, self.remark) = (sections, html, attachments, date, remark)
  }

  public enum Severity: String, Sendable, CaseIterable {
    case info, warning, error
  }

  /// One notice in it.
  public struct Section: Sendable, Equatable {
    /// What kind of thing it is, and about what: for programs.
    public var kind: String
    public var job: String
    public var cause: String
    public var title: String
    public var lines: [String]

    public init(kind: String, job: String, cause: String, title: String, lines: [String]) {
      (self.kind, self.job, self.cause, self.title, self.lines) = (kind, job, cause, title, lines)
    }
  }

  public struct Attachment: Sendable, Equatable {
    /// A file name, without a folder.
    public var name: String
    /// `text/html`
    public var type: String
    public var bytes: [UInt8]

    public init(name: String, type: String, bytes: [UInt8]) { (self.name, self.type, self.bytes) = (name, type, bytes) }
  }

  /// The title of each section where there are several, and their lines; the remark above them.
  public var lines: [String] {
    guard let remark else { return told }
    return [remark, ""] + told
  }

  private var told: [String] {
    guard sections.count > 1 else { return sections.first?.lines ?? [] }
    return Array(sections.map { [$0.title] + $0.lines.map { "  " + $0 } }.joined(separator: [""]))
  }
}

extension String {
  /// Without characters that steer a terminal, a header or a line; a line break becomes a blank.
  var asOneLine: String {
    String(
      String.UnicodeScalarView(unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F || (0x80...0x9F).contains($0.value) ? " " : $0 }))
  }

  /// So many characters at most; what is cut off is marked.
  func cut(toUTF16 count: Int) -> String {
    guard utf16.count > count else { return self }
    var (result, left) = ("", count - 1)
    for character in self {
      let size = character.utf16.count
      guard size <= left else { break }
      result.append(character)
      left -= size
    }
    return result + "…"
  }
}
