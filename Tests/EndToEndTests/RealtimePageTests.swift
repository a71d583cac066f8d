import Foundation
import Testing

/// docs/realtime.md against a served tree: every line with curl, and the web page in a browser.
@Suite struct `The page about the realtime database` {
  private static let page: String = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/realtime.md").standardized
    return (try? String(contentsOf: file, encoding: .utf8)) ?? ""  // no page: the tests say so
  }()

  private static func blocks(_ language: String) -> [String] {
    page.components(separatedBy: "```\(language)\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
  }

  private static let browser: String? = (["/usr/bin/chromium", "/usr/bin/google-chrome"] as [String]).first { access($0, X_OK) == 0 }

  @Test func `shows lines that print what stands behind their arrows`() async throws {
    let lines = Self.blocks("sh").flatMap { $0.split(separator: "\n").map(String.init) }
    let curls = lines.filter { $0.hasPrefix("curl ") }
    #expect(curls.count > 10)
    for line in lines { #expect(line.hasPrefix("curl ") || line.hasPrefix("base=") || line.hasPrefix("jobs realtime serve"), "\(line)") }
    try await Project.with { project in
      let served = try TwinServer(by: project, ["--emulator"])
      // A stream has no end: its first event is enough. Nothing else is changed but the address.
      var script = "base=\(served.url)\ncurl() { command curl -sS \"$@\"; }\n"
      for (index, line) in curls.enumerated() {
        let command = line.prefix(upTo: line.range(of: " # ")?.lowerBound ?? line.endIndex).replacing(
          "http://127.0.0.1:9000", with: served.url)
        script +=
          line.contains("text/event-stream")
          ? "mkfifo events\n(exec \(command)) > events & listener=$!\nsed '/^data: /q' < events > out.\(index)\nkill $listener\n"
          : "\(command) > out.\(index) || exit 1\n"
      }
      let ended = try await project.start([], environment: ["PATH": "/usr/bin:/bin"], shell: script).end()
      #expect(ended.status == 0, "\(ended)")
      for (index, line) in curls.enumerated() {
        guard let arrow = line.range(of: "# → ") else { continue }
        let printed = try project.text("out.\(index)")
        var rest = printed[...]
        for part in line[arrow.upperBound...].components(separatedBy: "…") where !part.isEmpty {
          let found = rest.range(of: part)
          #expect(found != nil, "\(line)\nprinted \(printed)")
          rest = rest[(found?.upperBound ?? rest.endIndex)...]
        }
      }
      served.running.signal(SIGTERM)
      #expect(try await served.running.end().status == 0)
    }
  }

  @Test(.enabled(if: browser != nil, "there is no Chromium here"))
  func `shows a web page that listens and writes, in a browser`() async throws {
    let html = try #require(Self.blocks("html").first)
    let browser = try #require(Self.browser)
    try await Project.with { project in
      let served = try TwinServer(by: project, ["--emulator"])
      // The browser tells what it sees by writing that into the tree.
      let report = """
        <script>
          setInterval(() => {
            if (!document.title || !document.body.innerText.includes("191.5")) return
            fetch(base + "/seen.json", { method: "PUT", body: JSON.stringify([document.title, document.body.innerText]) })
          }, 50)
        </script>
        """
      for folder in ["web", "home"] {
        try FileManager.default.createDirectory(atPath: "\(project.root)/\(folder)", withIntermediateDirectories: true)
      }
      try project.write(html.replacing("http://127.0.0.1:9000", with: served.url) + report, to: "web/page.html")
      let script = """
        mkfifo port events
        python3 -u -m http.server 0 --bind 127.0.0.1 --directory web > port 2> web.log & web=$!
        read -r line < port
        port=$(echo "$line" | sed 's/.* port \\([0-9]*\\).*/\\1/')
        curl -sS -N -H 'Accept: text/event-stream' \(served.url)/seen.json > events & listener=$!
        '\(browser)' --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --user-data-dir="$PWD/profile" \
          "http://127.0.0.1:$port/page.html" > browser.log 2>&1 & browser=$!
        sed -n '/191/{p;q;}' < events
        kill $browser $web $listener
        wait $browser
        true
        """
      let ended = try await project.start([], environment: ["HOME": "\(project.root)/home", "PATH": "/usr/bin:/bin"], shell: script).end()
      // The tag that the page read is that of what it wrote, and the stream told it.
      let tag = try await served.ask("GET", "/seen/0.json").body
      #expect(tag.wholeMatch(of: /"[A-Za-z0-9_-]{28}"/) != nil, "\(tag) \(ended)")
      #expect(ended.out.contains("191.5"), "\(ended)")
      served.running.signal(SIGTERM)
      #expect(try await served.running.end().status == 0)
    }
  }

  @Test func `tells what the audit log keeps`() async throws {
    try await Project.with { project in
      try project.write(#"{"rules": {"open": {".read": true}}}"#, to: "rules.json")
      let served = try TwinServer(by: project, ["--rules", "rules.json"])
      let token = try project.text("data/realtime.token").trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(try await served.ask("PUT", "/users/ann.json", token: token, body: #"{"profile":"pr1vate"}"#).status == 200)
      #expect(try await served.ask("GET", "/closed.json").status == 401)
      #expect(try await served.ask("GET", "/open.json", token: "wr0ng").status == 401)
      served.running.signal(SIGTERM)
      let stopped = try await served.running.end()
      #expect(stopped.status == 0 && stopped.err.contains("denied: GET /closed by nobody: no rule grants .read at /closed"), "\(stopped)")
      let deployed = try await project.jobs("realtime", "rules", "--deploy")
      #expect(deployed.status == 0, "\(deployed)")
      let shown = try await project.jobs("audit", "--json", "--verify")
      #expect(shown.status == 0, "\(shown)")
      let document = try JSONDecoder().decode(Audit.self, from: Data(shown.out.utf8))
      #expect(document.verified == true && document.lines == 5)
      #expect(document.entries.last?.deed == "rules changed" && document.entries.first?.deed == "rules changed")
      #expect(Set(document.entries.map(\.deed)) == ["rules changed", "server started", "users written", "sign-ins refused"])
      #expect(document.entries.first?.who.hasSuffix("jobs realtime rules --deploy") == true)
      // The rules that were there are those that the first line set.
      #expect(document.entries.first?.before == document.entries.last?.after)
      for secret in [token, "pr1vate", "wr0ng"] { #expect(!shown.out.contains(secret) && !stopped.err.contains(secret)) }
      let text = try await project.jobs("audit")
      #expect(text.status == 0 && text.out.contains("/users/ann") && text.out.contains("DEED"), "\(text)")
      let changed = "DROP TRIGGER audit_entries_never_change; UPDATE audit_entries SET who = 'nobody' WHERE sequence = 2"
      try Database("\(project.root)/data/jobs.sqlite").execute(changed)
      let broken = try await project.jobs("audit", "--verify")
      #expect(broken.status == 65 && broken.err.contains("line 2 of the audit log is not as it was written"), "\(broken)")
    }
  }

  @Test func `warns of rules that are open to a network`() async throws {
    try await Project.with { project in
      try project.write(#"{"rules": {".read": true, ".write": true}}"#, to: "rules.json")
      let served = try TwinServer(by: project, ["--rules", "rules.json", "--host", "0.0.0.0"])
      served.running.signal(SIGTERM)
      let ended = try await served.running.end()
      #expect(
        ended.status == 0 && ended.err.contains("warning: the rules let everybody read and write everything, and 0.0.0.0"), "\(ended)")
      let refused = try await project.jobs("realtime", "serve", "--origin", "https://desk.example/path")
      #expect(refused.status == 64 && refused.err.contains("without a path"), "\(refused)")
    }
  }

  private struct Audit: Decodable {
    let lines: Int
    let verified: Bool?
    let entries: [Entry]

    struct Entry: Decodable {
      let deed: String
      let who: String
      let before: String?
      let after: String?
    }
  }
}
