/// What the next instant of a schedule costs, beside Foundation's Calendar.
struct CronExperiment {
  let bench: Workbench

  private static let titles = [
    "daily": "the next `30 2 * * *`", "sessions": "the next `30 16 * * 1-5` of New York",
    "quarters": "the next `*/15 * * * *` of Berlin", "leap": "the next `0 0 29 2 *`",
  ]

  func rows() throws -> [Row] {
    let runs = try bench.inTurns([{ try bench.meter.run([bench.meter.program("cron")]) }])[0]
    var (ours, theirs): ([String: [Double]], [String: [Double]]) = ([:], [:])
    var order: [String] = []
    for line in runs.flatMap({ $0.output.split(separator: "\n") }) {
      let words = line.split(separator: " ")
      guard words.count == 3, let own = Double(words[1]), let other = Double(words[2]) else { continue }
      let name = String(words[0])
      if ours[name] == nil { order.append(name) }
      ours[name, default: []].append(own)
      theirs[name, default: []].append(other)
    }
    return order.map { name in
      Row(
        CronExperiment.titles[name] ?? name, Figure(unit: .nanoseconds, values: ours[name]!),
        beside: ("Calendar.nextDate", Figure(unit: .nanoseconds, values: theirs[name]!)), limit: name == "leap" ? 5000 : 1000)
    }
  }
}
