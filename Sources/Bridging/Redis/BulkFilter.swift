/// Takes texts that are too long out of a Redis stream before anything holds them in memory: in their place stands "no text".
///
/// The stream is lines and, behind a line `$n`, n bytes and a line end. Only lines are looked at.
/// - Source: redis.io, "Redis serialization protocol specification", RESP2.
struct BulkFilter {
  /// Longer texts are left out.
  let bytesMax: Int
  /// The length of each text that was left out since this was last emptied.
  var leftOut: [Int] = []
  private var line: [UInt8] = []
  /// Bytes of the text that still come, with its line end.
  private var passing = 0
  private var skipping = 0

  /// A line is a word and a number; a longer one is an error's text, which is cut by hiredis.
  private static let lineMax = 65_536
  /// Elements of a list; what comes to a subscriber has four at most. Memory is taken for all of them as soon as their number is read.
  private static let elementsMax = 16

  init(bytesMax: Int) { self.bytesMax = bytesMax }

  /// Adds what may pass to `output`.
  mutating func filter(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) throws(RedisLoss) {
    var position = 0
    while position < input.count {
      if skipping > 0 {
        let count = min(skipping, input.count - position)
        skipping -= count
        position += count
      } else if passing > 0 {
        let count = min(passing, input.count - position)
        output.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[position..<position + count]))
        passing -= count
        position += count
      } else {
        let byte = input[position]
        position += 1
        line.append(byte)
        if byte == 0x0A { try endLine(&output) }
        guard line.count <= Self.lineMax else { throw .garbled("a line of more than \(Self.lineMax) bytes") }
      }
    }
  }

  private mutating func endLine(_ output: inout [UInt8]) throws(RedisLoss) {
    defer { line.removeAll(keepingCapacity: true) }
    if line.first == 0x2A, line.count > 3, line[1] != 0x2D {
      guard try length() <= Self.elementsMax else { throw .garbled("a list of more than \(Self.elementsMax) elements") }
    }
    guard line.first == 0x24, line.count > 3, line[1] != 0x2D else { return output.append(contentsOf: line) }
    let length = try length()
    if length > bytesMax {
      leftOut.append(length)
      skipping = length + 2
      output.append(contentsOf: Array("$-1\r\n".utf8))
    } else {
      passing = length + 2
      output.append(contentsOf: line)
    }
  }

  /// The number in a line.
  private func length() throws(RedisLoss) -> Int {
    var length = 0
    for byte in line[1..<line.count - 2] {
      guard byte &- 0x30 < 10, length <= 1 << 40 else { throw .garbled("a length that is no number") }
      length = length * 10 + Int(byte &- 0x30)
    }
    return length
  }
}

/// Why a connection to Redis is over; another one may be had.
public enum RedisLoss: Error, Sendable, Hashable, CustomStringConvertible {
  case cannotConnect(String)
  /// The other side closed it.
  case closed
  case failed(String)
  /// It did not answer a PING.
  case silent(seconds: Int)
  /// What came is not what Redis sends.
  case garbled(String)
  /// Redis refused a command, but may take it later: it is loading, or has too many clients.
  case refused(String)

  public var description: String {
    switch self {
    case .cannotConnect(let reason): "no connection: \(reason)"
    case .closed: "the server closed the connection"
    case .failed(let reason): "the connection failed: \(reason)"
    case .silent(let seconds): "the server was silent for \(seconds) s and did not answer a PING"
    case .garbled(let what): "what came is not Redis: \(what)"
    case .refused(let reason): "the server refused: \(reason)"
    }
  }
}

/// Why Redis will not let us in until a person changes something.
public enum RedisRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  case passwordMissing
  case passwordWrong
  case passwordUnwanted
  case notPermitted(String)
  case protectedMode

  /// What an error of the server means; nil for one that may go away by itself.
  init?(_ text: String) {
    if text.hasPrefix("NOAUTH") {
      self = .passwordMissing
    } else if text.hasPrefix("WRONGPASS") || text.contains("invalid password") {
      self = .passwordWrong
    } else if text.contains("no password is set") || text.contains("without any password configured") {
      self = .passwordUnwanted
    } else if text.hasPrefix("NOPERM") {
      self = .notPermitted(text)
    } else if text.hasPrefix("DENIED") {
      self = .protectedMode
    } else {
      return nil
    }
  }

  public var description: String {
    switch self {
    case .passwordMissing:
      "Redis wants a password (NOAUTH); name its secret in Jobs/config/bridge.yaml (`secret: redis`) and store it with `jobs secrets set redis`"
    case .passwordWrong:
      "Redis refused the password or the user (WRONGPASS); store the right one with `jobs secrets set`, and look at `user` in bridge.yaml"
    case .passwordUnwanted: "Redis has no password for this user, but bridge.yaml names a `secret`; take it out, or set `requirepass` there"
    case .notPermitted(let text): "the user may not subscribe to these channels (\(text)); allow it with ACL SETUSER, as in `&ticker:*`"
    case .protectedMode:
      "Redis is in protected mode and lets nobody in from another machine; give it a password, or bind it to this network"
    }
  }
}
