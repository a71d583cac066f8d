/// The frame of every page and the form of its sections, as templates.
enum PageLayout {
  /// `main` is filled by the page that inherits it.
  static let frame = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
    <meta name="referrer" content="no-referrer">
    <title>{{title}}</title>
    <style>
    {{{styleMarkup}}}
    </style>
    </head>
    <body>
    <a class="skip" href="#main">Skip to the report</a>
    <header class="masthead">
    <nav aria-label="Where this page is"><ul>{{#crumbs}}<li>{{#href}}<a href="{{href}}">{{text}}</a>{{/href}}{{^href}}<span aria-current="page">{{text}}</span>{{/href}}</li>{{/crumbs}}</ul></nav>
    <nav aria-label="Neighbouring pages"><ul>{{#neighbours}}<li><a href="{{href}}" rel="{{rel}}">{{text}}</a></li>{{/neighbours}}</ul></nav>
    </header>
    <main id="main">
    {{$main}}{{/main}}
    </main>
    <footer>
    {{#files}}<ul class="files">{{#items}}<li><a href="{{href}}">{{text}}</a></li>{{/items}}</ul>{{/files}}
    {{#notes}}<ul>{{#items}}<li>{{text}}</li>{{/items}}</ul>{{/notes}}
    </footer>
    </body>
    </html>

    """

  static let sections = """
    {{#sections}}
    <section aria-labelledby="{{id}}">
    <h2 id="{{id}}">{{heading}}{{#count}}<span class="count">{{count}}</span>{{/count}}</h2>
    {{#blocks}}
    {{#failure}}<div class="failure" role="alert"><strong>■ This part could not be made.</strong> {{failure}}</div>{{/failure}}
    {{#note}}<p class="note">{{note}}</p>{{/note}}
    {{#list}}<ul>{{#items}}<li>{{text}}</li>{{/items}}</ul>{{/list}}
    {{{contentMarkup}}}
    {{#fold}}<details><summary>{{summary}}</summary>{{{foldedMarkup}}}</details>{{/fold}}
    {{/blocks}}
    </section>
    {{/sections}}

    """
}

/// A section of a page: a heading and blocks below it.
struct PageSection {
  enum Block {
    /// What went wrong instead of the content.
    case failure(String)
    case note(String)
    case list([String])
    case markup(Markup)
    /// Shown when asked for; open in print.
    case fold(summary: String, Markup)
  }

  var id: String
  var heading: String
  var count: String?
  var blocks: [Block]

  /// A section over a part of a report that may have failed.
  init<Content>(
    _ id: String, _ heading: String, _ section: Section<Content>, count: (Content) -> Int? = { _ in nil }, blocks: (Content) -> [Block]
  ) {
    (self.id, self.heading) = (id, heading)
    switch section {
    case .ready(let content):
      self.count = count(content).map { NumberStyle.count.text($0) }
      self.blocks = blocks(content)
    case .failed(let reason): self.blocks = [.failure(reason)]
    }
  }

  init(_ id: String, _ heading: String, count: String? = nil, blocks: [Block]) {
    (self.id, self.heading, self.count, self.blocks) = (id, heading, count, blocks)
  }

  var view: View {
    ["id": .text(id), "heading": .text(heading), "count": .optional(count), "blocks": .list(blocks.map(Self.view))]
  }

  private static func view(of block: Block) -> View {
    var view: View = ["failure": false, "note": false, "list": false, "contentMarkup": .markup(Markup(trusted: "")), "fold": false]
    switch block {
    case .failure(let reason): view["failure"] = .text(reason)
    case .note(let text): view["note"] = .text(text)
    case .list(let texts): view["list"] = .view(["items": .sentences(texts)])
    case .markup(let markup): view["contentMarkup"] = .markup(markup)
    case .fold(let summary, let markup): view["fold"] = .view(["summary": .text(summary), "foldedMarkup": .markup(markup)])
    }
    return view
  }
}

/// What the frame needs beside the page's own content.
struct PageFrame {
  var title: String
  /// From the outermost to this page; the last has no link.
  var crumbs: [(text: String, path: RelativePath?)]
  var previous: ReportLink?
  var next: ReportLink?
  var files: [ReportLink] = []
  var notes: [String] = []

  /// The view of the frame with the names of the page added.
  func view(_ page: (inout View) -> Void) -> View {
    let neighbours: [View] = [
      previous.map { ["href": .text($0.path.href), "rel": "prev", "text": .text("← \($0.title)")] },
      next.map { ["href": .text($0.path.href), "rel": "next", "text": .text("\($0.title) →")] },
    ].compactMap { $0 }
    let links = files.map { link -> View in ["href": .text(link.path.href), "text": .text(link.title)] }
    var view: View = [
      "title": .text(title), "styleMarkup": .markup(Stylesheet.markup),
      "crumbs": .list(crumbs.map { ["text": .text($0.text), "href": .optional($0.path?.href)] }), "neighbours": .list(neighbours),
      "files": files.isEmpty ? false : .view(["items": .list(links)]),
      "notes": notes.isEmpty ? false : .view(["items": .sentences(notes)]),
    ]
    page(&view)
    return view
  }
}
