import Foundation
import Glibc

/// What hears of the channels, on the subscriber's thread. It must not wait.
protocol RedisListener: Sendable {
  /// All channels are subscribed to.
  func connected()
  /// Nothing is heard any more.
  func lost(_ why: RedisLoss)
  /// A person must change something; nothing more comes.
  func refused(_ why: RedisRefusal)
  /// A message; without bytes one that was left out for its length.
  func message(_ bytes: UnsafeRawBufferPointer?, length: Int)
  /// All that had come is read: what was taken must be safe now.
  func paused()
}

/// Subscribes, reads, notices when nothing comes any more, and subscribes again; on a thread of its own.
final class RedisSubscriber: Sendable {
  private let settings: RedisSettings
  private let listener: any RedisListener
  private let worker = Worker("redis")
  /// The reading end wakes the thread.
  private let pipe: (read: Int32, write: Int32)

  /// Commands name so many channels at most.
  private static let namesMax = 500

  init(_ settings: RedisSettings, listener: any RedisListener) throws {
    (self.settings, self.listener) = (settings, listener)
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw RedisLoss.failed(String(cString: strerror(errno))) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    pipe = (ends[0], ends[1])
  }

  deinit {
    close(pipe.read)
    close(pipe.write)
  }

  func start() { worker.start { [self] in run() } }

  /// Ends the thread.
  /// - Returns: whether it has ended by then: it may wait for a name to be looked up, or for a disk.
  func stop(by deadline: Deadline) -> Bool {
    worker.askToStop()
    var byte: UInt8 = 1
    _ = write(pipe.write, &byte, 1)
    return worker.awaitEnd(until: deadline)
  }

  private func run() {
    var delay = ReconnectDelay()
    var isHeard = false
    while !worker.isStopping {
      var heardSince: Int64?
      do {
        let connection = try RedisConnection(settings)
        try subscribe(connection)
        isHeard = true
        heardSince = Self.now
        try listen(connection)
        return
      } catch let refusal as RedisRefusal {
        if isHeard { listener.lost(.refused(refusal.description)) }
        return listener.refused(refusal)
      } catch {
        let loss = error as? RedisLoss ?? .failed("\(error)")
        listener.lost(loss)
        isHeard = false
        if let heardSince { delay.ended(after: Self.now - heardSince) }
      }
      wait(milliseconds: delay.next(chance: Double.random(in: 0..<1)))
    }
  }

  private func wait(milliseconds: Int) {
    var descriptors = [pollfd(fd: pipe.read, events: Int16(POLLIN), revents: 0)]
    if milliseconds > 0 { _ = poll(&descriptors, 1, Int32(milliseconds)) }
  }

  /// - Returns: when all channels have been confirmed.
  private func subscribe(_ connection: RedisConnection) throws {
    let (names, patterns) = (settings.channels.names, settings.channels.patterns)
    for start in stride(from: 0, to: names.count, by: Self.namesMax) {
      try connection.send(["SUBSCRIBE"] + names[start..<min(names.count, start + Self.namesMax)])
    }
    if !patterns.isEmpty { try connection.send(["PSUBSCRIBE"] + patterns) }
    let wanted = Set(names).count + Set(patterns).count
    var count = 0
    let deadline = Self.now + 3000
    while count < wanted {
      guard Self.now < deadline else { throw RedisLoss.failed("the subscription was not confirmed") }
      guard try isReadable(connection, milliseconds: 100) else {
        if worker.isStopping { return }
        continue
      }
      _ = try connection.read { push in
        switch push {
        case .subscribed(let now):
          count = max(count, now)
          if count >= wanted { listener.connected() }
        case .error(let text): throw RedisRefusal(text) as (any Error)? ?? RedisLoss.refused(text)
        case .message(let bytes, let length): listener.message(bytes, length: length)
        default: break
        }
      }
      listener.paused()
    }
  }

  private func listen(_ connection: RedisConnection) throws {
    let silence = Int64(settings.silenceMax) * 1000
    var (heardAt, askedAt) = (Self.now, Int64?.none)
    while !worker.isStopping {
      if try isReadable(connection, milliseconds: 250) {
        let some = try connection.read { push in
          switch push {
          case .message(let bytes, let length): listener.message(bytes, length: length)
          case .error(let text): throw RedisRefusal(text) as (any Error)? ?? RedisLoss.refused(text)
          default: break
          }
        }
        if some { (heardAt, askedAt) = (Self.now, nil) }
        listener.paused()
      }
      let now = Self.now
      if let asked = askedAt {
        if now - asked >= silence { throw RedisLoss.silent(seconds: settings.silenceMax * 2) }
      } else if now - heardAt >= silence {
        try connection.send(["PING"])
        askedAt = now
      }
    }
  }

  private func isReadable(_ connection: RedisConnection, milliseconds: Int32) throws -> Bool {
    var descriptors = [
      pollfd(fd: connection.descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: pipe.read, events: Int16(POLLIN), revents: 0),
    ]
    let count = poll(&descriptors, 2, milliseconds)
    return count > 0 && descriptors[0].revents != 0
  }

  /// Milliseconds of a clock that nobody sets.
  private static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
