import Mustache

/// Makes the pages: compiles the templates once, then turns values into HTML. The same value always gives the same bytes.
///
/// Every page is one file that needs no network, no script and no other file: style and charts stand in it.
public struct ReportRenderer: Sendable {
  private let library: MustacheLibrary

  /// - Throws: the template library's error when a template of this module does not parse; a bug that the tests would find.
  public init() throws {
    var library = MustacheLibrary()
    for (name, text) in Self.templates { try library.register(text, named: name) }
    self.library = library
  }

  /// The overview of a night, `index.html` of its folder.
  public func html(_ report: NightlyReport) -> String { render("nightly", report.view) }

  /// The page of a symbol.
  public func html(_ page: SymbolPage) -> String { render("symbol", page.view) }

  /// The facts of a run, `run.html`.
  public func html(_ page: RunPage) -> String { render("run", page.view) }

  /// The list of all reports.
  public func html(_ index: ReportIndex) -> String { render("index", index.view) }

  /// The HTML part of a mail: below 100 KB, inline styles, no SVG.
  func html(_ mail: MailContent) -> String { render("mail", mail.view) }

  static let templates = [
    "frame": PageLayout.frame, "sections": PageLayout.sections, "nightly": NightlyReport.template, "symbol": SymbolPage.template,
    "run": RunPage.template, "index": ReportIndex.template, "mail": MailContent.template,
  ]

  private func render(_ name: String, _ view: View) -> String {
    guard let text = library.render(view.dictionary, withTemplate: name) else {
      preconditionFailure("no template is called \(name)")
    }
    return text
  }
}
