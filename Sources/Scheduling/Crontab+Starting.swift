extension Crontab.Entry {
  /// The words that start the entry's job by itself, without a shell: `run nightly --only report` with the project and who starts it.
  ///
  /// - Parameters:
  ///   - root: the absolute path of the project, unless the line names one.
  ///   - trigger: who starts it, for the history: `daemon`, `timer`.
  ///   - additions: more options.
  /// - Returns: nil when the line is no job, or needs a shell.
  public func words(root: String, trigger: String, additions: [String] = []) -> [String]? {
    guard let run, run.isPlain else { return nil }
    let given = run.arguments
    var words = ["run", run.job] + given
    if !given.contains(where: { $0 == "--root" || $0.hasPrefix("--root=") }) { words += ["--root", root] }
    for option in ["--quiet"] + additions where !given.contains(option) { words.append(option) }
    if !given.contains(where: { $0 == "--trigger" || $0.hasPrefix("--trigger=") }) { words += ["--trigger", trigger] }
    return words
  }
}
