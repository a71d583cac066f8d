import Foundation

extension FuzzTarget {
  /// Expressions: each that is taken is due at a moment that its text means, and at no moment before.
  static let cron = FuzzTarget(name: "cron") { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    do throws(CronDefect) {
      let expression = try CronExpression(text)
      demand((try? CronExpression(expression.text))?.fields == expression.fields, "read again, `\(expression.text)` means something else")
      for zone in zones { demandDue(expression, in: zone) }
    } catch {
      demand(error.column >= 1 && error.column <= text.count + 1, "column \(error.column) of \(text.count)")
      demand(!error.sentence.isEmpty, "a defect without a sentence")
    }
  }

  /// Whole files: what is taken can be rendered and read again.
  static let crontab = FuzzTarget(name: "crontab") { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    let (crontab, defects) = Crontab.parse(text)
    let lines = bytes.count { $0 == 10 } + 1
    demand(crontab.entries.count + crontab.settings.count <= lines, "more entries than lines")
    for defect in defects { demand(defect.line >= 1 && defect.line <= lines && defect.column >= 1, "line \(defect.line) of \(lines)") }
    demand(crontab.schedules.allSatisfy { !$0.job.isEmpty }, "a job without a name")
    // `try?`: what cron(8) cannot be given is refused.
    guard let block = try? crontab.rendered(executable: "/usr/bin/jobs", root: "/srv/a b", systemZone: .gmt, asOf: .fuzzed) else { return }
    let installed = Crontab.installing(block, into: text)
    demand(Crontab.installing(block, into: installed) == installed, "installed twice is not installed once")
    let again = Crontab.parse(block).0
    demand(again.entries.count == crontab.entries.count, "\(crontab.entries.count) entries were rendered as \(again.entries.count)")
    for (a, b) in zip(again.entries, crontab.entries) where b.run != nil {
      demand(a.job == b.job, "the job \(b.job ?? "") was rendered as \(a.job ?? "")")
    }
  }

  private static let zones = [TimeZone.gmt, TimeZone(identifier: "America/New_York")!, TimeZone(identifier: "Australia/Lord_Howe")!]
}

private func demandDue(_ expression: CronExpression, in zone: TimeZone) {
  let now = Instant.fuzzed
  guard let next = expression.next(after: now, in: zone)?.instant else { fatalError("`\(expression.text)` is never due") }
  demand(next > now && next.milliseconds % 60_000 == 0, "`\(expression.text)` is due at \(next), after \(now)")
  demand(expression.latest(notAfter: next, in: zone)?.instant == next, "`\(expression.text)`: the latest until \(next) is another one")
  if let before = expression.latest(notAfter: next - .milliseconds(1), in: zone)?.instant {
    demand(before <= now, "`\(expression.text)` was due between at \(before)")
  }
}
