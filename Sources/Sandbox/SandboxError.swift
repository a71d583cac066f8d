/// Why a sandbox cannot start.
public enum SandboxError: Error, Equatable {
  /// The folder of recorded bodies holds neither `binance` nor `alphavantage`.
  case noRecordedBodies(directory: String)
  case ledger(path: String, reason: String)
  case faults(path: String, reason: String)
  case cannotListen(port: UInt16, reason: String)
  /// A recorded body that every answer depends on cannot be read.
  case recordedBody(file: String, reason: String)
  /// A sandbox starts once.
  case alreadyStarted
}

extension SandboxError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noRecordedBodies(let directory):
      "\(directory): holds neither `binance` nor `alphavantage`; name the folder that contains them"
    case .ledger(let path, let reason): "\(path): the sandbox cannot write its ledger: \(reason)"
    case .faults(let path, let reason): "\(path): not a list of faults: \(reason)"
    case .cannotListen(let port, let reason):
      "127.0.0.1:\(port): the sandbox cannot listen: \(reason); choose another port, or 0 for a free one"
    case .recordedBody(let file, let reason): "\(file): \(reason); repair the file or take it out of the folder"
    case .alreadyStarted: "the sandbox has already been started; make a new one"
    }
  }
}
