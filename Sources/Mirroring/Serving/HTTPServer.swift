internal import CLinux
internal import Foundation

/// Takes connections on one address and reads requests from them: one thread, and no memory, time or number without a limit.
///
/// A connection that sends too slowly is closed, one that reads too slowly is cut off. Requests of one connection are answered in order.
final class HTTPServer: Sendable {
  /// What becomes of requests. Called on the server's thread: no method may wait.
  protocol Handler: AnyObject, Sendable {
    func take(_ request: WireRequest, from connection: UInt64)
    /// A connection that a stream was begun on is gone.
    func closed(_ connection: UInt64)
  }

  struct Limits: Sendable {
    var connections = 2000
    var bodyBytes = 16 << 20
    /// Of all connections together.
    var inputBytes = 128 << 20
    var outputBytes = 512 << 20
    /// What a stream may be behind, besides its first event.
    var streamBytes = 1 << 20
    var headTime = 10.0
    var idleTime = 75.0
    /// A body has so many seconds, and one more for each 64 KiB that came.
    var bodyTime = 20.0
    /// In which the other side must take 64 KiB, or all there is.
    var stallTime = 30.0
  }

  private enum Order {
    case answer(UInt64, HTTPAnswer)
    case beginStream(UInt64, [UInt8])
    case append(UInt64, [UInt8])
    case finish(UInt64)
    case stop
  }

  private let limits: Limits
  private let lock = NSLock()
  private let wakeDescriptor: Int32
  nonisolated(unsafe) private var orders: [Order] = []
  private let ended = DispatchSemaphore(value: 0)

  init(limits: Limits = Limits()) {
    self.limits = limits
    wakeDescriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
  }

  deinit { close(wakeDescriptor) }

  /// Listens, and serves on a thread of its own until ``stop()``.
  /// - Parameter port: 0 chooses a free one.
  /// - Returns: the port.
  /// - Throws: ``ListenError``.
  func start(host: String, port: UInt16, handler: any Handler) throws -> UInt16 {
    let listener = try HTTPListener(host: host, port: port)
    let thread = Thread { [self] in
      let loop = HTTPLoop(listener: listener, wake: wakeDescriptor, limits: limits, handler: handler)
      loop.run { loop in
        var value: UInt64 = 0
        _ = read(wakeDescriptor, &value, 8)
        let taken = lock.withLock {
          defer { orders = [] }
          return orders
        }
        return carryOut(taken, loop)
      }
      ended.signal()
    }
    thread.name = "realtime"
    thread.stackSize = 1 << 20
    thread.start()
    return listener.port
  }

  /// - Returns: false when the server must stop.
  private func carryOut(_ taken: [Order], _ loop: HTTPLoop) -> Bool {
    for order in taken {
      switch order {
      case .answer(let id, let answer): loop.answer(id, answer)
      case .beginStream(let id, let bytes): loop.beginStream(id, bytes)
      case .append(let id, let bytes): loop.append(id, bytes)
      case .finish(let id): loop.finish(id)
      case .stop: return false
      }
    }
    return true
  }

  func answer(_ connection: UInt64, _ answer: HTTPAnswer) { order(.answer(connection, answer)) }
  /// Begins an answer without an end.
  func beginStream(_ connection: UInt64, head: HTTPAnswer) {
    order(.beginStream(connection, head.bytes(keepsAlive: false, hasLength: false)))
  }
  func append(_ connection: UInt64, _ bytes: [UInt8]) { order(.append(connection, bytes)) }
  /// Ends a stream when all of it is sent.
  func finish(_ connection: UInt64) { order(.finish(connection)) }

  /// Ends all streams, answers nothing more, and returns when the thread has ended.
  func stop() async {
    order(.stop)
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { [ended] in
        ended.wait()
        continuation.resume()
      }
    }
  }

  private func order(_ order: Order) {
    let isFirst = lock.withLock {
      orders.append(order)
      return orders.count == 1
    }
    guard isFirst else { return }
    var one: UInt64 = 1
    _ = write(wakeDescriptor, &one, 8)
  }
}

/// Why no address can be listened on.
public struct ListenError: Error, Sendable, CustomStringConvertible {
  public let address: String
  public let reason: String

  public var description: String { "\(address) cannot be listened on: \(reason)" }
}

/// A socket that takes connections.
final class HTTPListener: Sendable {
  let descriptor: Int32
  let port: UInt16

  init(host: String, port: UInt16) throws {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, String(port), &hints, &list)
    guard status == 0, let address = list?.pointee else {
      throw ListenError(address: "\(host):\(port)", reason: "it is no address of this machine")
    }
    defer { freeaddrinfo(list) }
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let descriptor = socket(address.ai_family, kind, 0)
    var one: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, 4)
    guard descriptor >= 0, bind(descriptor, address.ai_addr, address.ai_addrlen) == 0, listen(descriptor, 512) == 0 else {
      let reason = String(cString: strerror(errno))
      if descriptor >= 0 { close(descriptor) }
      throw ListenError(address: "\(host):\(port)", reason: reason)
    }
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let bound = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    // Both families have the port in the same place.
    self.port =
      bound == 0
      ? withUnsafeBytes(of: &storage) { UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self)) } : port
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
