import Foundation

/// What one run of a program cost.
struct Measurement: Sendable {
  var wall: Duration
  /// User and system time of the process and the children it waited for.
  var cpu: Duration
  /// Peak resident memory of the process itself.
  var peakKilobytes: Int
  var exitStatus: Int
  var output: String

  /// - Parameter line: as `meter` writes it.
  init?(line: String, output: String) {
    let numbers = line.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    guard numbers.count == 5 else { return nil }
    wall = .nanoseconds(numbers[0])
    cpu = .microseconds(numbers[1] + numbers[2])
    (peakKilobytes, exitStatus, self.output) = (numbers[3], numbers[4], output)
  }
}

/// Runs programs, and tells what each run cost.
struct Meter: Sendable {
  /// The folder of the benchmark programs.
  let programs: String
  /// For results and output.
  let scratch: String

  /// - Throws: ``BenchmarkError`` when the program does not end with one of `statuses`.
  func run(_ command: [String], in directory: String? = nil, statuses: Set<Int> = [0]) throws -> Measurement {
    let (result, captured) = ("\(scratch)/meter.txt", "\(scratch)/output.txt")
    guard FileManager.default.createFile(atPath: captured, contents: nil), let output = FileHandle(forWritingAtPath: captured) else {
      throw BenchmarkError("cannot write \(captured)")
    }
    defer { output.closeFile() }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "\(programs)/meter")
    process.arguments = [result] + command
    process.currentDirectoryURL = URL(fileURLWithPath: directory ?? scratch)
    process.standardOutput = output
    process.standardError = output
    process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no", "NO_COLOR": "1"]) { $1 }
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOfFile: captured, encoding: .utf8)
    guard process.terminationStatus == 0,
      let measurement = Measurement(line: try String(contentsOfFile: result, encoding: .utf8), output: text)
    else { throw BenchmarkError("`meter` could not run \(command.joined(separator: " ")): \(text)") }
    guard statuses.contains(measurement.exitStatus) else {
      throw BenchmarkError("\(command.joined(separator: " ")) ended with \(measurement.exitStatus): \(text.suffix(2000))")
    }
    return measurement
  }

  func program(_ name: String) -> String { "\(programs)/\(name)" }
}

/// Why there is no figure.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
