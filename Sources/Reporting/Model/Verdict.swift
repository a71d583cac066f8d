/// Whether the reader can trust what follows, in one word and a few sentences.
public struct Verdict: Sendable, Equatable {
  public enum State: String, Sendable, CaseIterable {
    case ok, warning, bad

    /// Told apart without colour.
    public var shape: String {
      switch self {
      case .ok: "●"
      case .warning: "▲"
      case .bad: "■"
      }
    }
  }

  public var state: State
  /// `Complete`, `Partial`, `Failed`.
  public var word: String
  /// What the state rests on: one fact each.
  public var sentences: [String]
  /// What a person must do; empty when nothing.
  public var actions: [String]

  public init(_ state: State, word: String, sentences: [String], actions: [String] = []) {
    (self.state, self.word, self.sentences, self.actions) = (state, word, sentences, actions)
  }
}

/// A part of a report that may have failed. What failed is shown as an error box in its place; it never just disappears.
public enum Section<Content: Sendable>: Sendable {
  case ready(Content)
  /// What went wrong and what to do, in a sentence.
  case failed(String)

  public var content: Content? {
    if case .ready(let content) = self { content } else { nil }
  }

  public var failure: String? {
    if case .failed(let reason) = self { reason } else { nil }
  }
}

extension Section: Equatable where Content: Equatable {}

/// A name and the number that stands for it.
public struct NamedValue: Sendable, Equatable {
  public var name: String
  /// Nil when it is not known.
  public var value: Double?

  public init(_ name: String, _ value: Double?) { (self.name, self.value) = (name, value) }
}
