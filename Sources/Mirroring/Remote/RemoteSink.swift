public import Scheduling

/// A realtime database on another computer: what it takes at once is bounded, and any answer may be lost.
///
/// Every write can be repeated: values are put under paths, never pushed under keys that the server makes.
public protocol RemoteSink: RealtimeSink {
  /// Where it is, as people read it, and as the journal knows it: `firebase https://host`.
  var place: String { get }
  /// How much one request takes; so much is changed in one step.
  var bounds: BatchBounds { get }
  /// How many requests of different paths it takes at the same time.
  var requestsMax: Int { get }
  /// Whether a whole second tree can be kept beside the first, so that a set larger than one request can be shown in one step.
  var hasCopy: Bool { get }
  /// Whether it stores arrays; else they are written as objects with the keys `i0`, `i1`, …
  var keepsArrays: Bool { get }
  /// Whether what it holds can be read back by ``value(at:in:bytesMax:)`` and ``keys(at:in:)``.
  var canCompare: Bool { get }
  /// When what asks gives up; waits that would end later are not begun.
  var latest: Instant? { get set }

  /// Writes changes that ``bounds`` allows, and the pointer with them, so that a reader sees all of them or none.
  /// - Throws: ``MirrorFailure``; `CancellationError`.
  func write(_ changes: [WireChange], in copy: MirrorCopy, with pointer: MirrorPointer?) async throws

  /// What the database says about itself.
  func pointer() async throws -> SeenPointer

  /// Replaces the pointer if it is still the one that was seen.
  /// - Returns: the pointer that is there now: another one, when somebody was faster.
  func point(to pointer: MirrorPointer, replacing seen: SeenPointer) async throws -> SeenPointer

  /// The value at a path: `.null` where nothing is.
  /// - Parameter bytesMax: a longer answer is not read.
  /// - Returns: nil when it is longer.
  func value(at path: RealtimePath, in copy: MirrorCopy, bytesMax: Int) async throws -> WireValue?

  /// The children of a path from one key to another, both included, in the order of keys as they are written; `.null` where none is.
  /// - Parameter bytesMax: a longer answer is not read.
  /// - Returns: nil when it is longer.
  func children(of path: RealtimePath, from first: String, through last: String, in copy: MirrorCopy, bytesMax: Int) async throws
    -> WireValue?

  /// The keys below a path, as they are written there.
  func keys(at path: RealtimePath, in copy: MirrorCopy) async throws -> [String]
}

/// One of the two trees that a database elsewhere holds.
public enum MirrorCopy: String, Sendable, Hashable, CaseIterable {
  /// The tree itself: where readers are between two nights.
  case root
  /// The same tree below ``MirrorPointer/copyPath``: where readers are while a large night is written into the root.
  case copy

  /// The keys above everything in it.
  var prefix: [String] { self == .root ? [] : ["mirror", "copy"] }
}

/// Tells readers which tree to read: `{"at":"/","night":"2026-01-15T00:00:00Z","sequence":812,"writer":"…"}` at `mirror/current`.
public struct MirrorPointer: Sendable, Hashable {
  /// Where it lies.
  public static let path = RealtimePath("mirror", "current")
  /// Where the second tree lies.
  public static let copyPath = RealtimePath("mirror", "copy")

  public var copy: MirrorCopy
  /// The logical date of the night that is shown.
  public var night: Instant
  /// The last change that is in it.
  public var sequence: Int64
  /// Names the warehouse that writes: two of them would undo each other's work.
  public var writer: String
  /// False while a set that no request can hold is on its way into a database without a second tree.
  public var isComplete: Bool

  public init(copy: MirrorCopy, night: Instant, sequence: Int64, writer: String, isComplete: Bool = true) {
    (self.copy, self.night, self.sequence, self.writer, self.isComplete) = (copy, night, sequence, writer, isComplete)
  }

  public var value: WireValue {
    .object([
      "at": .string(copy == .root ? "/" : "/" + MirrorPointer.copyPath.description), "night": .string(night.iso8601),
      "sequence": .number(String(sequence)), "writer": .string(writer), "complete": .bool(isComplete),
    ])
  }

  /// nil for what is no pointer of ours.
  public init?(_ value: WireValue) {
    guard case .object(let fields) = value, case .string(let at)? = fields["at"], case .string(let writer)? = fields["writer"],
      case .string(let night)? = fields["night"], let instant = Instant(iso8601: night),
      case .number(let text)? = fields["sequence"], let sequence = Int64(text)
    else { return nil }
    let copy: MirrorCopy = at == "/" ? .root : .copy
    self.init(copy: copy, night: instant, sequence: sequence, writer: writer, isComplete: fields["complete"] != .bool(false))
  }
}

/// A pointer as it was found.
public struct SeenPointer: Sendable, Hashable {
  /// nil: none is there, or something that is none.
  public let pointer: MirrorPointer?
  /// What the next write must find there.
  let version: String

  public init(pointer: MirrorPointer?, version: String) {
    (self.pointer, self.version) = (pointer, version)
  }

  /// Nobody has looked yet.
  public static let none = SeenPointer(pointer: nil, version: "")
}
