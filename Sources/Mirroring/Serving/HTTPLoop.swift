internal import CLinux
internal import Foundation

/// The server's thread: waits for what any socket can do, and does it. Never used by another thread.
final class HTTPLoop {
  private let listener: HTTPListener
  private let limits: HTTPServer.Limits
  private let handler: any HTTPServer.Handler
  private let poll: Int32
  private let wake: Int32
  private var connections: [UInt64: HTTPConnection] = [:]
  private var nextID: UInt64 = 2
  private var lastSweep = 0.0
  /// What is held of requests, read or being answered, of all connections.
  private var held = 0
  private var scratch = [UInt8](repeating: 0, count: 64 << 10)
  /// Given up for a moment when there are no descriptors, so that a connection can be refused instead of waiting forever.
  private var reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)

  /// The numbers of what is no connection.
  private static let listening: UInt64 = 0
  private static let waking: UInt64 = 1
  /// So few bytes need not be counted; so many must be taken before the patience begins anew.
  private static let small = 1 << 16

  init(listener: HTTPListener, wake: Int32, limits: HTTPServer.Limits, handler: any HTTPServer.Handler) {
    (self.listener, self.wake, self.limits, self.handler) = (listener, wake, limits, handler)
    poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    _ = js_poll_add(poll, listener.descriptor, UInt(HTTPLoop.listening))
    _ = js_poll_add(poll, wake, UInt(HTTPLoop.waking))
  }

  deinit {
    for connection in connections.values { close(connection.descriptor) }
    close(poll)
    close(reserve)
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// - Parameter takeOrders: called when the server was woken; false ends the loop.
  func run(_ takeOrders: (HTTPLoop) -> Bool) {
    var events = [epoll_event](repeating: epoll_event(), count: 256)
    while true {
      let count = epoll_wait(poll, &events, 256, 1000)
      let now = HTTPLoop.now()
      for index in 0..<max(0, Int(count)) {
        let flags = events[index].events
        switch UInt64(js_poll_number(&events[index])) {
        case HTTPLoop.listening: accept(now)
        case HTTPLoop.waking: if !takeOrders(self) { return flushBeforeEnd() }
        case let id: handle(id, flags, now)
        }
      }
      if now - lastSweep >= 1 { sweep(now) }
    }
  }

  /// What is ready to be sent goes out, without waiting for anyone.
  private func flushBeforeEnd() {
    for connection in connections.values { _ = connection.send() }
  }

  // MARK: - Connections

  private func accept(_ now: Double) {
    for _ in 0..<64 {
      let descriptor = js_accept(listener.descriptor)
      if descriptor < 0 {
        guard errno == EMFILE || errno == ENFILE else { return }
        close(reserve)
        close(js_accept(listener.descriptor))
        reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)
        return
      }
      guard connections.count < limits.connections || dropIdle() else {
        close(descriptor)
        continue
      }
      var one: Int32 = 1
      setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
      let id = nextID
      nextID += 1
      connections[id] = HTTPConnection(descriptor: descriptor, bodyMax: limits.bodyBytes, now: now)
      if js_poll_add(poll, descriptor, UInt(id)) != 0 { drop(id) }
    }
  }

  /// Makes room: who has asked for nothing for the longest time gives way to who comes.
  private func dropIdle() -> Bool {
    let idle = connections.lazy.filter { $0.value.state == .reading && $0.value.reader.isIdle && $0.value.pending == 0 }
    guard let oldest = idle.min(by: { $0.value.began < $1.value.began }) else { return false }
    drop(oldest.key)
    return true
  }

  private func drop(_ id: UInt64) {
    guard let connection = connections.removeValue(forKey: id) else { return }
    held -= connection.counted
    close(connection.descriptor)
    if connection.isStream { handler.closed(id) }
  }

  private func handle(_ id: UInt64, _ flags: UInt32, _ now: Double) {
    guard let connection = connections[id] else { return }
    if flags & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { return drop(id) }
    if flags & EPOLLIN.rawValue != 0 { receive(id, connection, now) }
    guard connections[id] != nil else { return }
    if flags & EPOLLOUT.rawValue != 0 { flush(id, connection, now) }
  }

  private func receive(_ id: UInt64, _ connection: HTTPConnection, _ now: Double) {
    let count = recv(connection.descriptor, &scratch, scratch.count, 0)
    if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { return drop(id) }
    // Whoever listens or is sent away has nothing more to say.
    guard count > 0, connection.state == .reading else { return }
    if connection.reader.isIdle { connection.began = now }
    connection.reader.feed(scratch[..<count])
    connection.received += count
    recount(connection)
    proceed(id, connection, now)
  }

  /// Hands the next whole request on.
  private func proceed(_ id: UInt64, _ connection: HTTPConnection, _ now: Double) {
    do throws(HTTPDefect) {
      if let request = try connection.reader.next() {
        (connection.state, connection.keepsAlive, connection.received) = (.answering, request.keepsAlive, 0)
        connection.isHead = request.method == "HEAD"
        connection.answering = request.body.count
        recount(connection)
        watch(id, connection)
        return handler.take(request, from: id)
      }
      if connection.reader.expectsContinue, !connection.reader.isInHead {
        connection.reader.didContinue()
        connection.append(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
        flush(id, connection, now)
      }
      if held > limits.inputBytes { throw HTTPDefect(status: 503, message: "Too much is being written at once; try again.") }
    } catch {
      connection.keepsAlive = false
      connection.state = .answering
      answer(id, HTTPAnswer(error: error.message, status: error.status))
    }
  }

  private func recount(_ connection: HTTPConnection) {
    let now = connection.reader.held + connection.answering
    held += now - connection.counted
    connection.counted = now
  }

  private var pending: Int { connections.values.reduce(0) { $0 + $1.pending } }

  // MARK: - Sending

  func answer(_ id: UInt64, _ answer: HTTPAnswer) {
    guard let connection = connections[id], connection.state == .answering else { return }
    connection.answering = 0
    recount(connection)
    var answer = answer
    // Those who ask for much and take it slowly must not fill the memory.
    if answer.body.count > HTTPLoop.small, pending + answer.body.count > limits.outputBytes {
      answer = HTTPAnswer(error: "Too much is being read at once; try again.", status: 503)
    }
    connection.append(answer.bytes(keepsAlive: connection.keepsAlive, isHead: connection.isHead))
    connection.state = connection.keepsAlive ? .reading : .closing
    flush(id, connection, HTTPLoop.now())
  }

  func beginStream(_ id: UInt64, _ bytes: [UInt8]) {
    guard let connection = connections[id], connection.state == .answering else { return handler.closed(id) }
    connection.answering = 0
    recount(connection)
    connection.state = .streaming
    connection.append(bytes)
    flush(id, connection, HTTPLoop.now())
  }

  func append(_ id: UInt64, _ bytes: [UInt8]) {
    // It went before those who tell knew of it.
    guard let connection = connections[id] else { return handler.closed(id) }
    guard connection.state == .streaming else { return }
    // The first event may be large; what comes later must find it sent.
    if connection.isBegun {
      guard connection.pending + bytes.count <= max(limits.streamBytes, connection.firstCount) + limits.streamBytes,
        connection.pending < HTTPLoop.small || pending <= limits.outputBytes
      else { return drop(id) }
    } else {
      guard pending + bytes.count <= limits.outputBytes else { return drop(id) }
      (connection.isBegun, connection.firstCount) = (true, bytes.count)
    }
    connection.append(bytes)
    flush(id, connection, HTTPLoop.now())
  }

  func finish(_ id: UInt64) {
    guard let connection = connections[id], connection.state == .streaming else { return }
    connection.state = .closing
    handler.closed(id)
    flush(id, connection, HTTPLoop.now())
  }

  private func flush(_ id: UInt64, _ connection: HTTPConnection, _ now: Double) {
    let before = connection.pending
    if connection.send() == .failed { return drop(id) }
    connection.takenCount += before - connection.pending
    // A byte now and then is no progress.
    if connection.stalledSince == nil || connection.pending == 0 || connection.takenCount >= HTTPLoop.small {
      (connection.progressed, connection.takenCount) = (now, 0)
    }
    if connection.pending == 0 {
      connection.stalledSince = nil
      if connection.state == .closing {
        // What the other side still sends would otherwise undo what it was told.
        shutdown(connection.descriptor, Int32(SHUT_WR))
        (connection.state, connection.began) = (.lingering, now)
      }
    } else if connection.stalledSince == nil {
      connection.stalledSince = now
    }
    watch(id, connection)
    if connection.state == .reading, connection.pending == 0 {
      connection.began = now
      if !connection.reader.isIdle { proceed(id, connection, now) }
    }
  }

  private func watch(_ id: UInt64, _ connection: HTTPConnection) {
    var flags: UInt32 = connection.pending > 0 ? EPOLLOUT.rawValue : 0
    // Nothing is read ahead while a request is answered.
    // Who has said that it sends nothing more may still want its answer: it is listened to again when that is sent.
    let isSending = connection.state == .reading || connection.state == .closing
    if connection.state != .answering, !isSending || connection.pending == 0 { flags |= EPOLLIN.rawValue }
    guard flags != connection.watched else { return }
    connection.watched = flags
    if js_poll_change(poll, connection.descriptor, flags, UInt(id)) != 0 { drop(id) }
  }

  // MARK: - Time

  private func sweep(_ now: Double) {
    lastSweep = now
    for (id, connection) in connections where isOverdue(connection, now) { drop(id) }
  }

  private func isOverdue(_ connection: HTTPConnection, _ now: Double) -> Bool {
    if connection.pending > 0 { return now - connection.progressed > limits.stallTime }
    let age = now - connection.began
    switch connection.state {
    case .answering, .streaming, .closing: return false
    case .lingering: return age > 2
    case .reading:
      if connection.reader.isIdle { return age > limits.idleTime }
      if connection.reader.isInHead { return age > limits.headTime }
      return age > limits.bodyTime + Double(connection.received >> 16)
    }
  }
}
