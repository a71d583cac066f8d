import CHiredis
import Foundation
import Glibc
import Transport

/// A connection to Redis through hiredis, for one thread. It sends the commands, and then only reads.
final class RedisConnection {
  private let context: UnsafeMutablePointer<redisContext>
  private var filter = BulkFilter(bytesMax: RedisConnection.textBytesMax)
  private var filtered: [UInt8] = []
  private var buffer = [UInt8](repeating: 0, count: RedisConnection.chunk)
  private var copies: CopyFilter?

  /// Bytes that are read in one step.
  static let chunk = 16_384
  /// A name of a channel and a message are shorter; what is longer is left out of the stream.
  static let textBytesMax = TickerMessage.bytesMax
  /// Seconds for connecting, and for the answer to a command.
  private static let patience = 3

  /// What comes by itself.
  enum Push {
    /// A message; without bytes when it was too long: then its length.
    case message(bytes: UnsafeRawBufferPointer?, length: Int)
    /// So many subscriptions there are now.
    case subscribed(count: Int)
    case pong
    case error(String)
    case other
  }

  /// - Throws: ``RedisLoss``, ``RedisRefusal``.
  init(_ settings: RedisSettings) throws {
    let limit = timeval(tv_sec: Self.patience, tv_usec: 0)
    guard let context = redisConnectWithTimeout(settings.host, Int32(settings.port), limit) else {
      throw RedisLoss.cannotConnect("out of memory")
    }
    self.context = context
    copies = settings.channels.mayOverlap ? CopyFilter() : nil
    guard context.pointee.err == 0 else { throw RedisLoss.cannotConnect(errorText) }
    _ = redisEnableKeepAlive(context)
    _ = redisSetTimeout(context, limit)
    if let password = settings.password {
      let words = ["AUTH"] + (settings.user.map { [$0] } ?? [])
      try password.reveal { try command(words + [$0]) }
    }
    // Tells a server that wants a password from one that does not, before anything is subscribed to.
    try command(["PING"])
  }

  deinit { redisFree(context) }

  var descriptor: Int32 { context.pointee.fd }

  /// Sends a command without waiting for its answer, which comes as a push.
  func send(_ words: [String]) throws(RedisLoss) {
    append(words)
    var isDone: Int32 = 0
    while isDone == 0 { guard redisBufferWrite(context, &isDone) == REDIS_OK else { throw .failed(errorText) } }
  }

  /// Reads what has come, without waiting, and hands in each push; what it points to is gone afterwards.
  /// - Returns: whether something came.
  func read(_ body: (Push) throws -> Void) throws -> Bool {
    let count = recv(descriptor, &buffer, Self.chunk, Int32(MSG_DONTWAIT))
    if count < 0 {
      if errno == EAGAIN || errno == EINTR { return false }
      throw RedisLoss.failed(String(cString: strerror(errno)))
    }
    guard count > 0 else { throw RedisLoss.closed }
    filtered.removeAll(keepingCapacity: true)
    // Not thrown through the closure: the compiler of Swift 6.3 fails at that.
    let loss = buffer.withUnsafeBytes { bytes -> RedisLoss? in
      do throws(RedisLoss) {
        try filter.filter(UnsafeRawBufferPointer(rebasing: bytes[..<count]), into: &filtered)
        return nil
      } catch {
        return error
      }
    }
    if let loss { throw loss }
    filtered.withUnsafeBufferPointer { bytes in
      bytes.withMemoryRebound(to: CChar.self) { _ = redisReaderFeed(context.pointee.reader, $0.baseAddress, $0.count) }
    }
    while true {
      var reply: UnsafeMutableRawPointer?
      guard redisReaderGetReply(context.pointee.reader, &reply) == REDIS_OK else {
        throw RedisLoss.garbled(Self.text(context.pointee.reader.pointee.errstr))
      }
      guard let reply else { return true }
      defer { freeReplyObject(reply) }
      try body(push(reply.assumingMemoryBound(to: redisReply.self).pointee))
    }
  }

  private func push(_ reply: redisReply) -> Push {
    if reply.type == REDIS_REPLY_ERROR { return .error(Self.text(reply)) }
    // Outside the subscribed state a PONG is a status of its own.
    guard reply.type == REDIS_REPLY_ARRAY, reply.elements >= 2, let elements = reply.element, let kind = elements[0]?.pointee,
      kind.type == REDIS_REPLY_STRING
    else { return .other }
    switch (Self.text(kind), reply.elements) {
    case ("message", 3), ("pmessage", 4):
      guard let payload = elements[reply.elements - 1]?.pointee else { return .other }
      if copies?.isCopy(elements, count: reply.elements) == true { return .other }
      if payload.type == REDIS_REPLY_NIL { return .message(bytes: nil, length: filter.leftOut.isEmpty ? 0 : filter.leftOut.removeFirst()) }
      guard payload.type == REDIS_REPLY_STRING else { return .other }
      return .message(bytes: UnsafeRawBufferPointer(start: payload.str, count: Int(payload.len)), length: Int(payload.len))
    case ("subscribe", 3), ("psubscribe", 3): return .subscribed(count: Int(elements[2]?.pointee.integer ?? 0))
    case ("pong", _): return .pong
    default: return .other
    }
  }

  /// Sends a command and waits for its answer.
  private func command(_ words: [String]) throws {
    append(words)
    var reply: UnsafeMutableRawPointer?
    guard redisGetReply(context, &reply) == REDIS_OK, let reply else { throw RedisLoss.failed(errorText) }
    defer { freeReplyObject(reply) }
    let answer = reply.assumingMemoryBound(to: redisReply.self).pointee
    guard answer.type == REDIS_REPLY_ERROR else { return }
    let text = Self.text(answer)
    if let refusal = RedisRefusal(text) { throw refusal }
    throw RedisLoss.refused(text)
  }

  private func append(_ words: [String]) {
    // By their lengths: a password may have any byte.
    let copies = words.map { word in
      let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: max(1, word.utf8.count))
      for (index, byte) in word.utf8.enumerated() { copy[index] = CChar(bitPattern: byte) }
      return copy
    }
    defer {
      for copy in copies {
        // A password may be among them.
        explicit_bzero(copy.baseAddress!, copy.count)
        copy.deallocate()
      }
    }
    var pointers = copies.map { UnsafePointer($0.baseAddress) }
    var lengths = words.map(\.utf8.count)
    _ = redisAppendCommandArgv(context, Int32(words.count), &pointers, &lengths)
  }

  private var errorText: String {
    let text = Self.text(context.pointee.errstr)
    // Its own words for an error of the system say nothing.
    return context.pointee.err == REDIS_ERR_EOF ? "the server closed the connection" : text.isEmpty ? "unknown" : text
  }

  private static func text(_ reply: redisReply) -> String {
    String(decoding: UnsafeRawBufferPointer(start: reply.str, count: Int(reply.len)), as: UTF8.self)
  }

  /// A C array in a struct comes as a tuple.
  private static func text<Tuple>(_ tuple: Tuple) -> String {
    withUnsafeBytes(of: tuple) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
