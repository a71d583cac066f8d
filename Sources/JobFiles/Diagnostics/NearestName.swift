/// Finds the name that was probably meant.
public enum NearestName {
  /// The name in `names` with the fewest slips of the keyboard from `wrong`; the first of several.
  ///
  /// A slip is a character too many, too few, another one, or two swapped. One slip in up to four characters is forgiven, beyond
  /// that one for every three begun; case does not count.
  /// - Complexity: O(names × length²); names whose length differs too much cost nothing.
  public static func find(_ wrong: String, in names: some Sequence<String>) -> String? {
    let wanted = Array(wrong.lowercased().prefix(64))
    let limit = wanted.count <= 4 ? 1 : (wanted.count + 2) / 3
    var best: (name: String, slips: Int)?
    for name in names where abs(name.count - wanted.count) <= limit {
      let slips = distance(wanted, Array(name.lowercased().prefix(64)))
      if slips <= min(limit, (best?.slips ?? .max) - 1), slips < max(wanted.count, 1) { best = (name, slips) }
      if slips == 0 { break }
    }
    return best?.name ?? beginning(wanted, names)
  }

  /// How many slips lie between two names; case counts.
  public static func slips(_ a: String, _ b: String) -> Int { distance(Array(a.prefix(64)), Array(b.prefix(64))) }

  /// A name that was only begun, or written further: `stale` for `staleness`.
  private static func beginning(_ wanted: [Character], _ names: some Sequence<String>) -> String? {
    guard wanted.count > 2 else { return nil }
    let text = String(wanted)
    return names.first { name in
      let name = name.lowercased()
      return name.hasPrefix(text) || (name.count > 2 && text.hasPrefix(name))
    }
  }

  /// Source: optimal string alignment, the restricted form of Damerau, "A technique for computer detection and correction of spelling
  /// errors", CACM 7(3), 1964.
  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
    var (before, last) = ([Int](), Array(0...b.count))
    for i in 1...a.count {
      var row = [i]
      row.reserveCapacity(b.count + 1)
      for j in 1...b.count {
        let isSame = a[i - 1] == b[j - 1]
        var cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (isSame ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { cost = min(cost, before[j - 2] + 1) }
        row.append(cost)
      }
      (before, last) = (last, row)
    }
    return last[b.count]
  }
}
