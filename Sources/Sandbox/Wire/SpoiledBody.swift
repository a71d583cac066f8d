import FlyingFox
import FlyingSocks
import Foundation

/// A body that does not arrive as its headers promise.
struct SpoiledBody: AsyncBufferedSequence, Sendable {
  typealias Element = UInt8

  let bytes: [UInt8]
  /// How many bytes are sent before the connection is closed.
  let sent: Int
  /// How many bytes go at once, and the wait after each; nil sends without a wait.
  var drip: (bytes: Int, pause: Duration)?

  func makeAsyncIterator() -> Iterator { Iterator(body: self) }

  struct Iterator: AsyncBufferedIteratorProtocol {
    let body: SpoiledBody
    var position = 0

    mutating func next() async throws -> UInt8? {
      try await nextBuffer(suggested: 1)?.first
    }

    mutating func nextBuffer(suggested count: Int) async throws -> ArraySlice<UInt8>? {
      if position >= body.sent {
        if position < body.bytes.count { throw Cut() }
        return nil
      }
      if let drip = body.drip, position > 0 { try await Task.sleep(for: drip.pause) }
      let end = Swift.min(body.sent, position + Swift.min(count, body.drip?.bytes ?? count))
      defer { position = end }
      return body.bytes[position..<end]
    }
  }

  /// Ends the connection in the middle of a body.
  struct Cut: Error {}
}

/// Ends a connection before the first byte of an answer: the server upgrades to what it gets from here, and gets nothing.
struct Hangup: WSHandler {
  func makeFrames(for client: AsyncThrowingStream<WSFrame, any Error>) async throws -> AsyncStream<WSFrame> {
    throw SpoiledBody.Cut()
  }
}
