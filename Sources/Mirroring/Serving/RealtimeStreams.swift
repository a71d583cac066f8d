internal import Foundation

/// Tells those who listen what changes, whichever process changed it: one task, one step after the other.
final class RealtimeStreams: Sendable {
  /// Where the events go.
  struct Outlet: Sendable {
    let append: @Sendable (_ listener: UInt64, _ bytes: [UInt8]) -> Void
    let finish: @Sendable (_ listener: UInt64) -> Void
  }

  private enum Order: Sendable {
    case open(UInt64, RealtimeCall)
    case close(UInt64)
  }

  private let service: RealtimeService
  private let outlet: Outlet
  private let keepAlive: Double
  private let poll: Duration
  private let lock = NSLock()
  nonisolated(unsafe) private var orders: [Order] = []
  private let ticks: AsyncStream<Void>
  private let tick: AsyncStream<Void>.Continuation

  init(_ service: RealtimeService, outlet: Outlet, keepAlive: Double, poll: Duration) {
    (self.service, self.outlet, self.keepAlive, self.poll) = (service, outlet, keepAlive, poll)
    (ticks, tick) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// A listener, whose first event is on its way when this returns or soon after.
  func open(_ listener: UInt64, _ call: RealtimeCall) { hand(in: .open(listener, call)) }
  func close(_ listener: UInt64) { hand(in: .close(listener)) }
  /// This process has written.
  func wake() { tick.yield() }

  private func hand(in order: Order) {
    lock.withLock { orders.append(order) }
    tick.yield()
  }

  /// Runs until its task is cancelled.
  func run() async {
    let ticker = Task { [tick, poll] in
      while !Task.isCancelled {
        tick.yield()
        do { try await Task.sleep(for: poll) } catch { return }
      }
    }
    var hub = StreamHub(service: service, outlet: outlet, keepAlive: keepAlive)
    await withTaskCancellationHandler {
      for await _ in ticks {
        let taken = lock.withLock {
          defer { orders = [] }
          return orders
        }
        for order in taken {
          switch order {
          case .open(let listener, let call): await hub.open(listener, call)
          case .close(let listener): hub.close(listener)
          }
        }
        await hub.step()
      }
    } onCancel: {
      tick.finish()
    }
    ticker.cancel()
    hub.finishAll()
  }
}

/// The listeners, and how far each has been told.
private struct StreamHub {
  struct Listener: Sendable {
    let call: RealtimeCall
    /// All changes up to this one are told.
    var sequence: Int64
    /// Of a query: what was told.
    var result: RealtimeValue?
    /// The newest change of the state that the result was read from.
    var resultState: Int64
    var toldAt: Double
  }

  /// What one listener gets in one step.
  struct Telling: Sendable {
    var text = ""
    var result: RealtimeValue?
    var denial: RealtimeFault?
    var isTooLarge = false
  }

  let service: RealtimeService
  let outlet: RealtimeStreams.Outlet
  let keepAlive: Double
  private var listeners: [UInt64: Listener] = [:]
  private var version: Int64?
  private var told: Int64 = 0
  /// What the last listener was told first: after a restart all come again, and many ask for the same.
  private var first: (asked: StreamSubject, newest: Int64, opening: StreamOpening)?
  private var lastProblem = ""
  /// Changes that are read at once.
  private static let pageMax = 64

  init(service: RealtimeService, outlet: RealtimeStreams.Outlet, keepAlive: Double) {
    (self.service, self.outlet, self.keepAlive) = (service, outlet, keepAlive)
  }

  mutating func close(_ id: UInt64) { listeners[id] = nil }

  mutating func finishAll() {
    for id in listeners.keys { outlet.finish(id) }
    listeners = [:]
  }

  /// Tells the whole value first.
  mutating func open(_ id: UInt64, _ call: RealtimeCall) async {
    let (rules, now) = (service.book.rules, service.now())
    do {
      let (asked, known) = (StreamSubject(path: call.path, query: call.query), first)
      let (opening, newest) = try await service.store.read { tree in
        try RealtimeService.checkReading(call, rules, tree, now: now)
        let newest = try tree.newestChange()
        if let known, known.asked == asked, known.newest == newest { return (known.opening, newest) }
        let value = try StreamHub.value(call, tree)
        return (StreamOpening(value: value, bytes: Array(StreamEvent.put([], RealtimeJSON.text(of: value)).utf8)), newest)
      }
      // A priority is no change that is told.
      if call.query?.order != .priority { first = (asked, newest, opening) }
      if listeners.isEmpty { told = newest }
      let result = call.query == nil ? nil : shared(opening.value, call)
      listeners[id] = Listener(call: call, sequence: newest, result: result, resultState: newest, toldAt: now)
      outlet.append(id, opening.bytes)
    } catch let fault as RealtimeFault where fault.status == 401 {
      service.tellWhy(fault, call)
      outlet.append(id, Array(StreamEvent.cancel.utf8))
      outlet.finish(id)
    } catch {
      service.problem("a stream of /\(call.path.joined(separator: "/")) cannot begin: \(error)")
      outlet.finish(id)
    }
  }

  /// The result of another listener who asks for the same, when it is the same: a thousand of them keep it once.
  private func shared(_ value: RealtimeValue, _ call: RealtimeCall) -> RealtimeValue {
    let other = listeners.values.first { $0.call.path == call.path && $0.call.query == call.query }
    return other?.result.map { $0 == value ? $0 : value } ?? value
  }

  private static func value(_ call: RealtimeCall, _ tree: any TreeReading) throws -> RealtimeValue {
    if let query = call.query { return try tree.result(of: query, at: call.path) }
    return try tree.value(at: call.path)
  }

  mutating func step() async {
    do {
      let current = try await service.store.version()
      if current != version {
        // Before the changes are read: what comes later is another version.
        version = current
        first = nil
        try await takeRules()
        while !listeners.isEmpty, try await tellPage() {}
      }
    } catch {
      // It is tried again: nothing was told that did not happen.
      version = nil
      if lastProblem != "\(error)" { service.problem("what changed cannot be told: \(error)") }
      lastProblem = "\(error)"
    }
    tellTime()
  }

  /// Another process may have set them.
  private func takeRules() async throws {
    guard let text = try await service.store.read({ try $0.rules() }), text != service.book.rules.text else { return }
    do throws(RulesMistakes) {
      service.book.replace(try SecurityRules(reading: text))
    } catch {
      service.problem("the security rules in the warehouse are none, and the old ones stay: \(error)")
    }
  }

  /// - Returns: whether there may be more.
  private mutating func tellPage() async throws -> Bool {
    let (last, rules, now, listeners) = (told, service.book.rules, service.now(), listeners)
    let (tellings, newest, isMore, state) = try await service.store.read { tree in
      let changes = try tree.changes(after: last, limit: StreamHub.pageMax).map(StreamChange.init)
      let newest = try tree.newestChange()
      // The oldest are forgotten: then the whole value is told anew, as it is after all of them.
      let isWhole = changes.first.map { $0.sequence != last + 1 } ?? (newest != last)
      let end = isWhole ? newest : changes.last?.sequence ?? newest
      return (
        try StreamHub.tellings(changes, isWhole: isWhole, to: listeners, rules, tree, now: now), end, end < newest, newest
      )
    }
    told = newest
    for (id, telling) in tellings {
      self.listeners[id]?.sequence = newest
      if let result = telling.result {
        self.listeners[id]?.result = result
        self.listeners[id]?.resultState = state
      }
      if !telling.text.isEmpty {
        self.listeners[id]?.toldAt = now
        outlet.append(id, Array(telling.text.utf8))
      }
      if let fault = telling.denial {
        if let call = self.listeners[id]?.call { service.tellWhy(fault, call) }
        end(id)
      } else if telling.isTooLarge {
        service.problem("a stream of /\(self.listeners[id]?.call.path.joined(separator: "/") ?? "") ends: \(TreeSizeError())")
        end(id)
      }
    }
    return isMore
  }

  private static func tellings(
    _ changes: [StreamChange], isWhole: Bool, to listeners: [UInt64: Listener], _ rules: SecurityRules, _ tree: any TreeReading, now: Double
  ) throws -> [UInt64: Telling] {
    var tellings: [UInt64: Telling] = [:]
    // Many listen to the same place.
    var known: [[String]: [(sequence: Int64, text: String)]] = [:]
    // Or ask for the same: then they share the result, in memory too.
    var results: [StreamSubject: RealtimeValue] = [:]
    var differences: [StreamDifference: String] = [:]
    for (id, listener) in listeners {
      var telling = Telling()
      let path = listener.call.path
      let isTouched = isWhole || changes.contains { $0.sequence > listener.sequence && $0.touches(path) }
      do {
        try RealtimeService.checkReading(listener.call, rules, tree, now: now)
        if let old = listener.result, isTouched {
          let asked = StreamSubject(path: path, query: listener.call.query)
          let new = try results[asked] ?? value(listener.call, tree)
          results[asked] = new
          let differing = StreamDifference(asked: asked, since: isWhole ? nil : listener.resultState)
          telling.text =
            differences[differing]
            ?? (isWhole ? StreamEvent.put([], RealtimeJSON.text(of: new)) : StreamEvent.events(from: old, to: new).joined())
          // A priority is no change that has a number.
          if listener.call.query?.order != .priority { differences[differing] = telling.text }
          telling.result = new
        } else if isWhole {
          telling.text = StreamEvent.put([], RealtimeJSON.text(of: try tree.value(at: path)))
        } else if isTouched {
          let events =
            try known[path]
            ?? changes.map { change in (change.sequence, try StreamEvent.events(of: change, for: path) { try tree.value(at: $0) }.joined())
            }
          known[path] = events
          telling.text = events.lazy.filter { $0.sequence > listener.sequence }.map(\.text).joined()
        }
      } catch is TreeSizeError {
        // It grew beyond what can be told; the others must be told all the same.
        telling.isTooLarge = true
      } catch let fault as RealtimeFault where fault.status == 401 {
        (telling.text, telling.denial) = (StreamEvent.cancel, fault)
      }
      tellings[id] = telling
    }
    return tellings
  }

  private mutating func end(_ id: UInt64) {
    listeners[id] = nil
    outlet.finish(id)
  }

  /// Who was told nothing for a while is told that the line is alive; whose token has ended is sent away.
  private mutating func tellTime() {
    let now = service.now()
    for (id, listener) in listeners {
      if let end = listener.call.visitor.expiresAt, end <= now {
        outlet.append(id, Array(StreamEvent.authRevoked.utf8))
        self.end(id)
      } else if now - listener.toldAt >= keepAlive * 1000 {
        outlet.append(id, Array(StreamEvent.keepAlive.utf8))
        listeners[id]?.toldAt = now
      }
    }
  }
}
