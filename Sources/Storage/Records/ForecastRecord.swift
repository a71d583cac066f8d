import Foundation
import JobGraph

/// The journaled form of a forecast: JSON that a newer version of the program can still read. Keys are only ever added.
struct ForecastRecord: Codable {
  var version = 1
  var runs: Int
  var seconds: Double?
  var criticalPath: [String]
  var steps: [StepRecord]

  struct StepRecord: Codable {
    var id: String
    var runs: Bool
    var tasks: Int
    var provider: String?
    var requests: Int
    var weight: Int
    var seconds: Double?
  }

  func json() throws -> String { try JSONText.encode(self) }

  /// - Returns: nil when another version wrote it: a forecast explains, and nothing depends on it.
  init?(json text: String) {
    guard let record = try? JSONDecoder().decode(ForecastRecord.self, from: Data(text.utf8)), record.version == 1 else { return nil }
    self = record
  }

  init(_ forecast: Forecast) {
    (runs, seconds, criticalPath) = (forecast.runs, forecast.seconds, forecast.criticalPath.map(\.name))
    steps = forecast.steps.map {
      StepRecord(
        id: $0.id.name, runs: $0.runs, tasks: $0.tasks, provider: $0.provider, requests: $0.requests, weight: $0.weight,
        seconds: $0.seconds)
    }
  }

  var forecast: Forecast {
    Forecast(
      steps: steps.map {
        Forecast.Step(
          id: StepID($0.id), runs: $0.runs, tasks: $0.tasks, provider: $0.provider, requests: $0.requests, weight: $0.weight,
          seconds: $0.seconds)
      }, criticalPath: criticalPath.map { StepID($0) }, seconds: seconds, runs: runs)
  }
}
