/// What changes in a file, for people.
enum LineDifference {
  /// The lines that go (`-`) and come (`+`), in the order of the file.
  static func text(from old: String, to new: String) -> String {
    let lines = { (text: String) in text.isEmpty ? [] : text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
    var (removed, inserted): ([String], [String]) = ([], [])
    for change in lines(new).difference(from: lines(old)) {
      switch change {
      case .remove(_, let line, _): removed.append("- \(line)\n")
      case .insert(_, let line, _): inserted.append("+ \(line)\n")
      }
    }
    return (removed + inserted).joined()
  }
}
