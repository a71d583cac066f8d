/// What became of one attempt to tell.
public enum Delivery: Sendable, Equatable {
  /// - Parameter remark: what should be changed although it was; nil: nothing.
  case delivered(remark: String?)
  /// The other side did not take it, or was not reached: it may be tried again.
  /// - Parameter after: what the other side asked for; nil: nothing.
  case later(after: Duration?, why: String)
  /// The other side will never take it.
  case refused(why: String)
  /// Nobody lives there any more: nothing else is to be sent to the channel.
  case closed(why: String)
  /// Perhaps it was delivered. What cannot be told apart by its receiver is not sent again.
  case unknown(why: String)
}

/// A way to tell, with its address and key.
public protocol Courier: Sendable {
  /// Whether the receiver knows a repeated message by its id, so that one of unknown fate may be sent again.
  var repeatsSafely: Bool { get }
  /// How often to send for this message: more than once where it is longer than the other side takes, or has a document.
  func parts(of message: Message) -> Int
  /// Sends one part, once, within a bound of time of its own. No text in what it returns holds a secret.
  func send(_ message: Message, part: Int) async -> Delivery
}

/// When what could not be sent is tried again.
public enum ResendPolicy {
  /// The waits after the first attempts; the last one holds for all others.
  public static let waits: [Duration] = [.seconds(10), .seconds(60), .seconds(600), .seconds(3600)]
  /// So often a message is tried before it is given up.
  public static let attemptsMax = 12
  /// So often the other side alone says how long to wait.
  private static let patientAttempts = 3

  /// - Parameters:
  ///   - attempts: that were made, at least one.
  ///   - asked: what the other side asked for. It wins at first; one that asks again and again for a moment would use up all attempts in
  ///     seconds, so from the fourth attempt on the waits grow all the same.
  /// - Returns: nil: it is given up.
  public static func wait(afterAttempt attempts: Int, asked: Duration?) -> Duration? {
    guard attempts < attemptsMax else { return nil }
    func usual(_ attempt: Int) -> Duration { waits[min(max(attempt, 1), waits.count) - 1] }
    guard let asked else { return usual(attempts) }
    return attempts > patientAttempts ? max(asked, usual(attempts - patientAttempts)) : asked
  }
}
