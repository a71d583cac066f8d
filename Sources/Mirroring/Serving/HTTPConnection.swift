internal import CLinux
internal import Foundation

/// One connection: what was read of its next request, and what is still to be sent.
final class HTTPConnection {
  enum State {
    /// Waits for a request, or reads one.
    case reading
    /// A request was handed on.
    case answering
    /// An answer without an end.
    case streaming
    /// To be closed when all is sent.
    case closing
    /// Everything is said; the other side may finish.
    case lingering
  }

  let descriptor: Int32
  var state = State.reading { didSet { if state == .streaming { isStream = true } else if state == .closing { isStream = false } } }
  private(set) var isStream = false
  var reader: HTTPRequestReader
  var keepsAlive = true
  var isHead = false
  /// When the state or the request began, by the monotonic clock.
  var began: Double
  var received = 0
  /// When the other side last took something.
  var progressed: Double
  var stalledSince: Double?
  /// What it took since it last progressed.
  var takenCount = 0
  /// The body of the request that is being answered, in bytes.
  var answering = 0
  /// What the loop counts as held for it.
  var counted = 0
  var watched: UInt32 = EPOLLIN.rawValue
  /// The first event of a stream was handed over, and how long it was.
  var isBegun = false
  var firstCount = 0
  private var output: [[UInt8]] = []
  private var sent = 0
  /// Bytes that are still to be sent.
  private(set) var pending = 0

  init(descriptor: Int32, bodyMax: Int, now: Double) {
    self.descriptor = descriptor
    reader = HTTPRequestReader(bodyMax: bodyMax)
    (began, progressed) = (now, now)
  }

  func append(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    output.append(bytes)
    pending += bytes.count
  }

  enum Progress { case some, blocked, failed }

  /// Sends what the other side takes now.
  func send() -> Progress {
    var progress = Progress.blocked
    var done = 0
    defer { output.removeFirst(done) }
    while done < output.count {
      let count = output[done].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count < 0 {
        if errno == EINTR { continue }
        return errno == EAGAIN ? progress : .failed
      }
      progress = .some
      sent += count
      pending -= count
      if sent == output[done].count {
        (sent, done) = (0, done + 1)
      } else {
        return progress
      }
    }
    return progress
  }
}
