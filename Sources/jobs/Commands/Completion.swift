import ArgumentParser
import JobGraph
import Reporting

struct Completion: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Prints the script that lets a shell complete commands, jobs, steps and runs.",
    discussion: """
      EXAMPLES
        jobs completion bash > ~/.local/share/bash-completion/completions/jobs
        jobs completion zsh > ~/.zfunc/_market_jobs
        jobs completion fish > ~/.config/fish/completions/jobs.fish

      `jobs` is also a command of the shell itself: where no alias stands for this program, write its path, or `env jobs completion bash`.
      For the shell that is open: `source <(env jobs completion bash)` in bash and zsh, `env jobs completion fish | source` in fish. zsh looks
      in the folders of fpath: put ~/.zfunc in front of the others, before compinit.
      """)

  @Argument(help: "bash, zsh or fish.")
  var shell: Shell

  enum Shell: String, CaseIterable, ExpressibleByArgument { case bash, zsh, fish }

  func run() throws {
    try Output.print(CompletionScripts.text(for: shell, program: CompletionScripts.ownPath))
  }
}

/// What the scripts ask. The first line says what kind of answer it is; then a value and its meaning per line, with a tab between.
struct CompleteWords: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "__complete", abstract: "Answers a shell.", shouldDisplay: false)

  @Argument(parsing: .captureForPassthrough)
  var words: [String] = []

  func run() async throws {
    let answer = await Completer(words.first == "--" ? Array(words.dropFirst()) : words).answer()
    let lines = answer.candidates.map { "\(VisibleText.shown($0.value))\t\(VisibleText.shown($0.meaning))" }
    try Output.print(([":\(answer.kind.rawValue)"] + lines).joined(separator: "\n"))
  }
}
