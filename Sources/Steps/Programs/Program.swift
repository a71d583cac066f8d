/// A program to run: everything the kernel is told.
struct Program: Sendable {
  /// The name of the program first; looked up in `PATH` of the environment when it has no slash.
  var arguments: [String]
  /// All that it sees of the world.
  var environment: [String: String]
  var directory: String
  /// So many bytes of what it writes are kept, the first ones; it may write as much as it likes.
  var outputBytesMax: Int

  /// How it ended.
  struct Ended: Sendable, Equatable {
    var end: End
    /// What it wrote to its two outputs, in the order of writing, as far as it was kept.
    var output: [UInt8]
    /// How much it wrote.
    var outputBytes: Int
  }

  enum End: Sendable, Equatable {
    case exited(Int32)
    case signalled(Int32)
  }
}

/// Why a program could not be started, as the kernel says it.
struct StartError: Error, CustomStringConvertible {
  let description: String
}
