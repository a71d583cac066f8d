import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import Reporting
import Steps
import Storage

/// What could stand at the end of a command line: for the shells, which ask with every press of Tab.
///
/// It takes no lock and writes nothing. What cannot be found out (no project, a broken job, no run yet) is not offered.
struct Completer {
  /// What a shell shall offer.
  struct Answer {
    enum Kind: String { case words, files, folders }

    var kind = Kind.words
    /// Values and what they mean.
    var candidates: [(value: String, meaning: String)] = []
  }

  /// The words behind `jobs`, in front of the one that is being typed.
  private let before: [String]
  private let current: String

  /// - Parameter words: behind `jobs`, the last one as far as it is typed.
  init(_ words: [String]) {
    (before, current) = (words.dropLast(), words.last ?? "")
  }

  func answer() async -> Answer {
    var position = Position(Jobs.self)
    for word in before { position.take(word) }
    if let option = position.openOption { return filtered(await values(of: option, position)) }
    if !position.isPositionalOnly, current.hasPrefix("-") {
      // `--format=svg` is one word to the shell.
      if let equals = current.firstIndex(of: "="), let option = position.option(String(current[..<equals])), option.takesValue {
        let name = current[...equals]
        var answer = await values(of: option, position)
        answer.candidates = answer.candidates.map { (name + $0.value, $0.meaning) }
        return filtered(answer)
      }
      let names = position.options.flatMap { option in option.longNames.map { ($0, option.abstract ?? "") } }
      return filtered(
        Answer(candidates: names + (position.isRoot ? [("--version", "Show the version.")] : []) + [("--help", "Show help.")]))
    }
    if position.isHelp || !position.subcommands.isEmpty, position.positionals == 0 {
      return filtered(Answer(candidates: position.subcommands.map { ($0._commandName, $0.configuration.abstract) }))
    }
    guard let argument = position.argument else { return Answer() }
    return filtered(await values(of: argument, position))
  }

  private func filtered(_ answer: Answer) -> Answer {
    var answer = answer
    var seen: Set<String> = []
    answer.candidates = answer.candidates.filter { $0.value.hasPrefix(current) && seen.insert($0.value).inserted }
    return answer
  }

  private func values(of argument: Argument, _ position: Position) async -> Answer {
    switch argument.completionKind {
    case .file: return Answer(kind: .files)
    case .directory: return Answer(kind: .folders)
    case .list(let values): return Answer(candidates: values.map { ($0, "") })
    case .other, nil: break
    }
    if let values = argument.allValues, !values.isEmpty { return Answer(candidates: values.map { ($0, "") }) }
    let project = CompletionProject(words: before)
    switch argument.valueName ?? "" {
    case "job": return Answer(candidates: project.jobs)
    case "run", "first", "second", "other", "old", "new": return Answer(candidates: project.jobs + (await project.runs()))
    case "step": return Answer(candidates: project.steps(of: position.values.first))
    case "only", "skip": return Answer(candidates: project.selectors(of: position.values.first, current))
    case "set": return Answer(candidates: project.parameters(of: position.values.first))
    case "code": return Answer(candidates: DiagnosticCode.allCases.map { ($0.rawValue, "") })
    case "zone": return Answer(candidates: TimeZone.knownTimeZoneIdentifiers.map { ($0, "") })
    case "name" where position.path == ["operations"]: return Answer(candidates: Operations.all.map { ($0.name, $0.summary) })
    case "name" where position.path.first == "secrets": return Answer(candidates: project.secrets)
    default: return Answer()
    }
  }
}

/// Where in the tree of commands a line has come to.
private struct Position {
  private(set) var path: [String] = []
  private(set) var positionals = 0
  /// What stands for the positional arguments so far.
  private(set) var values: [String] = []
  private(set) var isPositionalOnly = false
  /// Whether `help` stood in front: only names of commands follow.
  private(set) var isHelp = false
  /// An option whose value comes next.
  private(set) var openOption: Argument?
  private(set) var arguments: [Argument] = []
  private var command: any ParsableCommand.Type

  init(_ root: any ParsableCommand.Type) { command = root }

  var isRoot: Bool { path.isEmpty }

  var subcommands: [any ParsableCommand.Type] { command.configuration.subcommands.filter { $0.configuration.shouldDisplay } }

  var options: [Argument] { arguments.filter { $0.kind != "positional" && $0.shouldDisplay } }

  func option(_ name: String) -> Argument? { arguments.first { $0.longNames.contains(name) || $0.shortNames.contains(name) } }

  /// The positional argument whose turn it is.
  var argument: Argument? {
    let all = arguments.filter { $0.kind == "positional" }
    return positionals < all.count ? all[positionals] : all.last { $0.isRepeating }
  }

  mutating func take(_ word: String) {
    if openOption != nil { return openOption = nil }
    if word == "--" { return isPositionalOnly = true }
    if !isPositionalOnly, word.hasPrefix("-"), word != "-" {
      if !word.contains("="), let option = option(word), option.takesValue { openOption = option }
      return
    }
    if isRoot, word == "help" { return isHelp = true }
    if positionals == 0, let next = command.configuration.subcommands.first(where: { $0._commandName == word }) {
      (command, path) = (next, path + [word])
      // Only the end of a path has arguments; asking for them costs a little.
      if next.configuration.subcommands.isEmpty, !isHelp { arguments = Argument.all(of: next) }
      return
    }
    positionals += 1
    values.append(word)
  }
}

/// An argument as the parser describes it.
private struct Argument: Decodable {
  struct Name: Decodable {
    let kind: String
    let name: String
  }

  enum Completion: Decodable {
    case list([String])
    case file
    case directory
    case other

    private struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(_ name: String) { stringValue = name }
      init?(stringValue: String) { self.init(stringValue) }
      init?(intValue: Int) { nil }
    }

    private struct List: Decodable { let values: [String] }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Key.self)
      if values.contains(Key("list")) {
        self = .list(try values.decode(List.self, forKey: Key("list")).values)
      } else {
        self = values.contains(Key("file")) ? .file : values.contains(Key("directory")) ? .directory : .other
      }
    }
  }

  let kind: String
  let shouldDisplay: Bool
  let isRepeating: Bool
  let names: [Name]?
  let valueName: String?
  let abstract: String?
  let allValues: [String]?
  let completionKind: Completion?

  var takesValue: Bool { kind == "option" }
  var longNames: [String] { (names ?? []).filter { $0.kind == "long" }.map { "--\($0.name)" } }
  var shortNames: [String] { (names ?? []).filter { $0.kind != "long" }.map { "-\($0.name)" } }

  private struct Help: Decodable {
    struct Command: Decodable { let arguments: [Argument]? }
    let command: Command
  }

  static func all(of command: any ParsableCommand.Type) -> [Argument] {
    // A description that cannot be read offers nothing.
    (try? JSONDecoder().decode(Help.self, from: Data(command._dumpHelp().utf8)))?.command.arguments?.filter {
      !$0.longNames.contains("--help") && !$0.longNames.contains("--version")
    } ?? []
  }
}

/// What the project of a command line has names for. Each question answers with nothing when the project does not tell.
private struct CompletionProject {
  private let workspace: Workspace?
  private static let runsMax = 30

  /// - Parameter words: of the command line: `--root` and `--sandbox` count.
  init(words: [String]) {
    let index = words.lastIndex { $0 == "--root" || $0.hasPrefix("--root=") }
    let root = index.flatMap { index in
      words[index] == "--root" ? words.indices.contains(index + 1) ? words[index + 1] : nil : String(words[index].dropFirst(7))
    }
    // The shell hands the word over as it was typed.
    let expanded = root.map { ($0 as NSString).expandingTildeInPath }
    workspace = try? Workspace.found(root: expanded, isSandbox: words.contains("--sandbox"))  // no project: nothing to offer
  }

  var jobs: [(String, String)] {
    guard let workspace, let names = try? workspace.jobNames() else { return [] }  // no folder Jobs
    return names.map { ($0, "job") }
  }

  /// The newest runs.
  func runs() async -> [(String, String)] {
    let limit = CompletionProject.runsMax
    // No warehouse, or one that another version wrote.
    guard let rows = try? await workspace?.reading().read({ try $0.runs(of: nil, limit: limit) }) else { return [] }
    return rows.map { ($0.id.name, $0.state.rawValue) }
  }

  /// - Parameter run: a job, or a run of it.
  func steps(of run: String?) -> [(String, String)] {
    job(run).map { ($0.steps + $0.finally).map { ($0.id.name, $0.uses) } } ?? []
  }

  /// `crypto`, `+crypto`, `crypto+`, `tag:prices`
  func selectors(of name: String?, _ current: String) -> [(String, String)] {
    guard let job = job(name) else { return [] }
    let steps = (job.steps + job.finally).map { ($0.id.name, $0.uses) }
    let tags = Set(job.steps.flatMap(\.tags)).sorted().map { ("tag:\($0)", "all steps with this tag") }
    if current.hasPrefix("+") { return steps.map { ("+\($0.0)", "with all that it needs") } }
    return steps + tags + (current.isEmpty ? [] : steps.map { ("\($0.0)+", "with all that need it") })
  }

  func parameters(of name: String?) -> [(String, String)] {
    job(name)?.parameters.map { ("\($0.key)=", "a parameter of the job") } ?? []
  }

  var secrets: [(String, String)] {
    guard let workspace, let (configuration, _) = try? workspace.configuration() else { return [] }  // no folder Jobs
    let providers = (configuration.providers?.providers ?? []).compactMap { provider in provider.key.map { ($0.secret, provider.name) } }
    let bridge = configuration.bridge?.secret.map { [($0, "password of Redis")] } ?? []
    return providers + bridge + (configuration.monitoring?.pings ?? []).map { ($0.secret, "address of the check of \($0.job)") }
      + (configuration.notifications?.channels ?? []).flatMap { channel in channel.secrets.map { ($0, "of the channel \(channel.name)") } }
  }

  private func job(_ name: String?) -> Job? {
    guard let workspace, let name, let names = try? workspace.jobNames() else { return nil }  // no folder Jobs
    // A run is called by its job, its date and a number.
    let job = names.first { $0 == name } ?? names.filter { name.hasPrefix($0 + "-") }.max { $0.count < $1.count }
    guard let job, let (configuration, _) = try? workspace.configuration() else { return nil }
    return JobLoader(configuration: configuration, operations: Operations.all).load("Jobs/\(job).yaml", from: workspace.files).job
  }
}
