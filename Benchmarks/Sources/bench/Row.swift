/// One line of the results: a figure, what it is compared with, and what it must not exceed.
struct Row: Sendable {
  var name: String
  var figure: Figure
  /// What the same work costs in the plain baseline, measured in turns with the figure.
  var baseline: (name: String, figure: Figure)?
  /// What the figure must reach; nil when nothing was promised.
  var limit: Double?

  init(_ name: String, _ figure: Figure, beside baseline: (name: String, figure: Figure)? = nil, limit: Double? = nil) {
    (self.name, self.figure, self.baseline, self.limit) = (name, figure, baseline, limit)
  }

  /// How many times the baseline, best against best: for a cost less is better, for a rate more.
  var ratio: Double? { baseline.map { figure.best / $0.figure.best } }

  var isWithinLimit: Bool? {
    limit.map { figure.unit.isRate ? figure.best >= $0 : figure.best <= $0 }
  }
}

extension Array where Element == Measurement {
  var wallMilliseconds: Figure { Figure(unit: .milliseconds, values: map { $0.wall / .milliseconds(1) }) }
  var wallSeconds: Figure { Figure(unit: .seconds, values: map { $0.wall / .seconds(1) }) }
  var cpuMilliseconds: Figure { Figure(unit: .milliseconds, values: map { $0.cpu / .milliseconds(1) }) }
  var cpuSeconds: Figure { Figure(unit: .seconds, values: map { $0.cpu / .seconds(1) }) }
  var peakMegabytes: Figure { Figure(unit: .megabytes, values: map { Double($0.peakKilobytes) / 1024 }) }
}
