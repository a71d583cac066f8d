public import Scheduling

/// What a task that succeeded says about itself.
public struct TaskOutcome: Sendable, Equatable {
  /// A few words for the table of a run: `1,484 rows, 12 new`.
  public var note: String
  /// Named numbers for sums over a step: `rows`, `new`, `changed`, `requests`.
  public var counts: [Count]
  /// Sentences about what was odd though the work was done.
  public var warnings: [String]

  public init(note: String = "", counts: [Count] = [], warnings: [String] = []) {
    (self.note, self.counts, self.warnings) = (note, counts, warnings)
  }

  public struct Count: Sendable, Hashable {
    public var name: String
    public var value: Int

    public init(_ name: String, _ value: Int) {
      (self.name, self.value) = (name, value)
    }
  }
}

/// Why an attempt of a task failed: facts for the decision, a sentence for the reader.
public struct TaskFailure: Error, Sendable, Equatable, CustomStringConvertible {
  public var kind: Kind
  /// Where, what, what next. Never a key.
  public var message: String
  /// What the provider asked for; it always wins over the policy's own wait.
  public var retryAfter: Duration?

  public init(_ kind: Kind, _ message: String, retryAfter: Duration? = nil) {
    (self.kind, self.message, self.retryAfter) = (kind, message, retryAfter)
  }

  public var description: String { message }

  /// What a failure means for the run, decided in one place.
  public enum Kind: Sendable, Hashable {
    /// May pass by itself: network, busy server.
    case transient
    /// Will not pass: a wrong symbol, a refused answer.
    case permanent
    /// Bad data or a failed verification.
    case data
    /// A key is missing, wrong or not entitled.
    case credentials
    /// The quota is spent or a ban runs; worth trying again at this instant.
    case deferred(until: Instant)
    /// Cannot read or write: disk full, read-only.
    case storage
    /// One attempt took longer than the step's timeout.
    case timeout
    /// A mistake of the program.
    case bug
  }

  /// When it is worth trying again; nil for what no quota and no ban keeps waiting.
  public var putOffUntil: Instant? { if case .deferred(let until) = kind { until } else { nil } }

  /// Worth another attempt of the same run.
  public var isRetryable: Bool {
    switch kind {
    case .transient, .timeout: true
    case .permanent, .data, .credentials, .deferred, .storage, .bug: false
    }
  }
}
