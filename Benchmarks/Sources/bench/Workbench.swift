import Foundation

/// Everything that an experiment needs.
struct Workbench: Sendable {
  /// The checkout.
  let project: String
  /// The release binary that is measured.
  let jobs: String
  let meter: Meter
  /// How often each program runs; figures are the best, the median and the worst.
  let rounds: Int
  /// Leaves out what takes minutes.
  let isQuick: Bool

  /// Runs programs in turns, so that what else the machine does falls on all of them alike.
  /// - Returns: the measurements of each, in the order given. The first round warms the caches and is not counted.
  func inTurns(rounds: Int? = nil, _ programs: [() throws -> Measurement]) throws -> [[Measurement]] {
    var results = programs.map { _ in [Measurement]() }
    for round in 0...(rounds ?? self.rounds) {
      for (index, program) in programs.enumerated() {
        let measurement = try program()
        if round > 0 { results[index].append(measurement) }
      }
    }
    return results
  }

  func folder(_ name: String) throws -> String {
    let path = "\(meter.scratch)/\(name)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  func remove(_ path: String) throws {
    for suffix in ["", "-wal", "-shm", ".lock"] where FileManager.default.fileExists(atPath: path + suffix) {
      try FileManager.default.removeItem(atPath: path + suffix)
    }
  }
}
