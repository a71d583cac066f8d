import Foundation

/// What is done to a run. Calls are counted from 1, those on files below the project's folder only.
enum Blow: Sendable, CustomStringConvertible {
  /// Nothing; the calls are listed.
  case none
  /// SIGKILL before the call is carried out, or that long after it.
  case killAt(Int, after: Duration)
  /// SIGKILL at a moment.
  case killAfter(Duration)
  /// The call fails, and with `lasting` all that follow.
  case fail(Int, error: String, lasting: Bool)
  /// At the call everything stops, a program is run, then SIGKILL. A disk that lies has carried out no sync until then.
  case run(Int, program: String, isLying: Bool)

  fileprivate var words: (what: String, number: Int, delay: Int) {
    switch self {
    case .none: ("count", 0, 0)
    case .killAt(let number, let delay): ("kill", number, delay.nanoseconds)
    case .killAfter(let moment): ("after", moment.nanoseconds, 0)
    case .fail(let number, let error, let lasting): (error + (lasting ? "+" : ""), number, 0)
    case .run(let number, let program, let isLying): ((isLying ? "~" : "") + program, number, 0)
    }
  }

  var description: String {
    switch self {
    case .none: "undisturbed"
    case .killAt(let number, let delay): delay == .zero ? "killed at call \(number)" : "killed \(delay) after call \(number)"
    case .killAfter(let moment): "killed after \(moment)"
    case .fail(let number, let error, let lasting): "\(error) at call \(number)\(lasting ? " and ever after" : "")"
    case .run(let number, _, _): "power cut at call \(number)"
    }
  }
}

/// How a run ended.
struct Ended: Sendable {
  /// As a shell shows it: 128 and the signal for a process that a signal ended.
  let status: Int
  let wall: Duration
  /// Each counted call: its name, and the file below the project's folder.
  let calls: [(name: String, path: String)]
  /// The call that was struck first.
  let struck: String?
  /// Standard output and standard error.
  let output: String
}

/// Starts the program, and strikes it: see Sources/inject/main.c.
struct Injector: Sendable {
  /// The folder of the benchmark programs.
  let programs: String
  let jobs: String

  /// All calls that change something on a disk.
  static let writingCalls = "fsync,fdatasync,syncfs,rename,unlink,rmdir,mkdir,pwrite,write,truncate,create"

  /// What the sandbox writes as the provider that it stands in for: that disk is not ours.
  private static let exception = "/requests.jsonl"

  /// - Parameter scratch: a folder of its own.
  func run(_ arguments: [String], in folder: String, _ blow: Blow, calls: String = Injector.writingCalls, scratch: String) throws -> Ended {
    let (result, captured) = ("\(scratch)/inject.txt", "\(scratch)/output.txt")
    guard FileManager.default.createFile(atPath: captured, contents: nil), let output = FileHandle(forWritingAtPath: captured) else {
      throw TortureError("cannot write \(captured)")
    }
    defer { output.closeFile() }
    let (what, number, delay) = blow.words
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "\(programs)/inject")
    process.arguments =
      [result, folder + "/", Injector.exception, calls, what, "\(number)", "\(delay)", jobs] + arguments + ["--root", folder]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    process.environment = ["PATH": "/usr/bin:/bin", "HOME": scratch, "SWIFT_BACKTRACE": "enable=no", "NO_COLOR": "1"]
    try process.run()
    process.waitUntilExit()
    let text = String(decoding: FileManager.default.contents(atPath: captured) ?? Data(), as: UTF8.self)
    guard process.terminationStatus == 0 else {
      throw TortureError("`inject` could not run jobs \(arguments.joined(separator: " ")): \(text)")
    }
    return try read(try String(contentsOfFile: result, encoding: .utf8), folder: folder, output: text)
  }

  private func read(_ text: String, folder: String, output: String) throws -> Ended {
    var (status, wall, calls, struck) = (0, Duration.zero, [(name: String, path: String)](), String?.none)
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 2).map(String.init)
      let path = words.count > 2 && words[2].hasPrefix(folder + "/") ? String(words[2].dropFirst(folder.count + 1)) : words.last ?? ""
      switch words[0] {
      case "status": status = Int(words[1]) ?? 71
      case "wall": wall = .nanoseconds(Int(words[1]) ?? 0)
      case "call": calls.append((words[1], path))
      case "struck": struck = struck ?? "\(words[1]) \(path)"
      case "failed": throw TortureError(String(line))
      default: break
      }
    }
    return Ended(status: status, wall: wall, calls: calls, struck: struck, output: output)
  }
}

extension Duration {
  var nanoseconds: Int { Int(components.seconds) * 1_000_000_000 + Int(components.attoseconds / 1_000_000_000) }
  var milliseconds: Double { Double(nanoseconds) / 1e6 }
}
