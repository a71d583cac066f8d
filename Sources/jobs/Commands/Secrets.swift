import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import Mirroring
import Reporting
import Storage
import Transport

/// The keys of the providers.
struct Secrets: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "secrets", abstract: "Stores, lists and removes the keys of the providers.",
    discussion: """
      EXAMPLES
        jobs secrets set alphavantage           asks for the key, without showing it
        jobs secrets set alphavantage < file    reads it from standard input
        jobs secrets list

      A key lies in data/secrets/NAME, readable by its owner only. It is never taken from the command line, where others could see it.
      """, subcommands: [Set.self, List.self, Remove.self], defaultSubcommand: List.self)

  struct Set: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Stores a key, read from the terminal or from standard input.",
      discussion: """
        EXAMPLES
          jobs secrets set alphavantage
          pass show alphavantage | jobs secrets set alphavantage
        """)

    @Argument(help: "Its name, as `secret:` in providers.yaml or notifications.yaml under Jobs/config says it.")
    var name: String

    @OptionGroup var place: PlaceOptions

    func run() throws {
      let workspace = try place.workspace()
      try Secrets.checkName(name)
      guard let text = try readKey() else { throw Failure(.badData, "no key was given; nothing is stored") }
      if text.hasPrefix("{") {
        // The key file of a service account is the one key that is more than a word.
        do { _ = try ServiceAccount(Secret(text)) } catch { throw Failure(.badData, "\(error.message); nothing is stored") }
      } else {
        guard !text.contains(where: \.isWhitespace), text.utf8.count <= 4096 else {
          throw Failure(.badData, "a key is one word of at most 4096 bytes, or the key file of a service account; nothing is stored")
        }
      }
      guard !BackupKeyText.isName(name) || BackupKey(text) != nil else {
        throw Failure(.badData, "that is no key for backups: \(BackupKeyText.advice); nothing is stored")
      }
      try AtomicFile.makeFolder(workspace.secrets)
      try AtomicFile.write(text.utf8, to: "\(workspace.secrets)/\(name)")
      Output.say("stored in \(workspace.shown(workspace.secrets))/\(name)")
    }

    /// Without echo on a terminal; the whole of standard input elsewhere.
    private func readKey() throws -> String? {
      guard isatty(STDIN_FILENO) == 1 else {
        let data = try FileHandle.standardInput.read(upToCount: 65536) ?? Data()
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? nil : text
      }
      guard let typed = getpass("Key for \(name) (it is not shown): ") else { return nil }
      let text = String(cString: typed)
      memset(typed, 0, strlen(typed))
      return text.isEmpty ? nil : text
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the keys that the providers need, and whether each can be used; never the keys themselves.",
      discussion: """
        EXAMPLES
          jobs secrets list
          jobs secrets list --json
        """)

    @Flag(help: "One JSON document on standard output.")
    var json = false

    @OptionGroup var place: PlaceOptions

    func run() throws {
      let workspace = try place.workspace()
      let (configuration, diagnostics) = try workspace.configuration()
      guard !diagnostics.hasErrors else { throw Diagnostics(list: diagnostics) }
      let store = SecretStore(folder: workspace.secrets)
      var rows = (configuration.providers?.providers ?? []).compactMap { provider in
        provider.key.map { Row(name: $0.secret, provider: provider.name, finding: store.secret($0.secret)) }
      }
      if let name = configuration.realtime?.remote?.secret {
        rows.append(Row(name: name, provider: "realtime", finding: store.secret(name)))
      }
      for channel in configuration.notifications?.channels ?? [] {
        for name in channel.secrets where !rows.contains(where: { $0.name == name }) {
          rows.append(Row(name: name, provider: "channel \(channel.name)", finding: store.secret(name)))
        }
      }
      if let name = configuration.bridge?.secret { rows.append(Row(name: name, provider: "bridge", finding: store.secret(name))) }
      // Nobody needs it: without it backups are not sealed.
      if store.isSet("backup") { rows.append(Row(name: "backup", provider: "backups", finding: store.secret("backup"))) }
      if json { return try Output.json(Document(secrets: rows)) }
      var table = PlainTable([.init("KEY"), .init("PROVIDER"), .init("STATE")])
      for row in rows { table.rows.append([row.name, row.provider, row.usable ? "set" : row.note ?? "missing"]) }
      try Output.print(table.text(width: Output.width))
    }

    private struct Row: Encodable {
      let name: String
      let provider: String
      let usable: Bool
      let note: String?

      init(name: String, provider: String, finding: SecretStore.Finding) {
        (self.name, self.provider) = (name, provider)
        switch finding {
        case .found(_, let warning): (usable, note) = (true, warning)
        case .missing(let sentence): (usable, note) = (false, sentence)
        }
      }
    }

    private struct Document: Encodable {
      let schema = "jobs.secrets/1"
      let secrets: [Row]
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Deletes a stored key.",
      discussion: """
        EXAMPLES
          jobs secrets remove alphavantage
          jobs secrets list
        """)

    @Argument(help: "Its name.")
    var name: String

    @OptionGroup var place: PlaceOptions

    func run() throws {
      let workspace = try place.workspace()
      try Secrets.checkName(name)
      let path = "\(workspace.secrets)/\(name)"
      guard unlink(path) == 0 else {
        if errno == ENOENT { throw Failure(.usage, "no key `\(name)` is stored in \(workspace.shown(workspace.secrets))") }
        throw FileError(path: path, errno)
      }
      Output.say("removed")
    }
  }

  /// A name becomes a file name.
  private static func checkName(_ name: String) throws {
    guard name.wholeMatch(of: /[a-z][a-z0-9_-]{0,63}/) != nil else {
      throw Failure(.usage, "`\(name)` is no name of a key; it has lower-case letters, digits, `_` and `-`")
    }
  }
}
