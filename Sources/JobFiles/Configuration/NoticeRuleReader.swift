import JobGraph
import Scheduling

/// Reads one rule of notifications.yaml.
struct NoticeRuleReader {
  let findings: Findings
  let channels: [String]
  /// Empty where they are not known.
  let jobs: [String]

  func read(_ entry: Tree.Entry) -> NoticeRules.Rule? {
    guard Names.check(Located(value: entry.key, spot: entry.keySpot), "rule", findings),
      let section = Section(entry.value, title: "`\(entry.key)`", findings: findings)
    else { return nil }
    section.refuseKeys(except: ["on", "to", "jobs", "remind", "digest", "mute_until"])
    section.require("on", "`on: [verdict, failed, recovered]`: \(Notice.Kind.allCases.map(\.rawValue).joined(separator: ", "))")
    section.require("to", "`to: [CHANNEL]`")
    let kinds: [Notice.Kind] = section.texts("on").compactMap { findings.word($0, of: "an element of `on`") }
    var rule = NoticeRules.Rule(
      entry.key, on: kinds, to: names("to", "channel", channels, section), jobs: names("jobs", "job", jobs, section))
    rule.reminder = reminder(section) ?? NoticeRules.Rule.standardReminder
    rule.digest = section.text("digest").flatMap(digest)
    rule.mutedUntil = section.text("mute_until").flatMap(day)
    return rule
  }

  private func names(_ key: String, _ kind: String, _ known: [String], _ section: Section) -> [String] {
    section.texts(key).compactMap { text in
      if known.contains(text.value) || (known.isEmpty && kind == "job") { return text.value }
      findings.add(
        .undefinedReference, at: text.spot, "there is no \(kind) `\(text.value)`", label: "undefined",
        nearest: findings.nearest(kind, to: text.value, in: known),
        notes: known.isEmpty ? [] : ["the \(kind)s are: \(known.joined(separator: ", "))"])
      return nil
    }
  }

  private func reminder(_ section: Section) -> Duration? {
    guard let tree = section["remind"], let duration = section.duration("remind") else { return nil }
    if duration >= .hours(2) { return duration }
    findings.add(.outOfRange, at: tree.spot, "`remind` is less than two hours", label: "expected 2h or more")
    return nil
  }

  private func digest(_ text: Located<String>) -> DailyDeadline? {
    if let time = DailyDeadline(text.value) { return time }
    findings.add(
      .wrongType, at: text.spot, "`digest` is `\(text.value)`", label: "not a time of day",
      expected: "hours, minutes and a zone: `\"07:00 Europe/Berlin\"`")
    return nil
  }

  private func day(_ text: Located<String>) -> Instant? {
    if let day = CivilDate(text.value) { return day.midnight }
    findings.add(
      .wrongType, at: text.spot, "`mute_until` is `\(text.value)`", label: "not a day",
      expected: "a day, from which on it is told again: `2026-12-01`")
    return nil
  }
}
