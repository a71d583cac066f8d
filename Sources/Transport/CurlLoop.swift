import CCurl

/// What the curl thread does and owns. Never leaves that thread.
final class CurlLoop {
  private let multi: UnsafeMutableRawPointer
  private let transfersPerHostMax: Int
  private var active: [UnsafeMutableRawPointer: CurlTransfer] = [:]
  private var idleHandles: [UnsafeMutableRawPointer] = []
  private var hosts: [String: HostLine] = [:]

  init(multi: UnsafeMutableRawPointer, transfersPerHostMax: Int) {
    (self.multi, self.transfersPerHostMax) = (multi, transfersPerHostMax)
    jc_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
  }

  /// One turn: takes the mail, lets curl work, ends what is done, and waits for the network or for new mail.
  func turn(submitted: [CurlTransfer], cancelled: [CurlTransfer]) {
    for transfer in submitted { hosts[transfer.url.origin, default: HostLine()].waiting.append(transfer) }
    cancelled.forEach(cancel)
    Set(submitted.map(\.url.origin)).forEach(startWaiting)
    var running: Int32 = 0
    curl_multi_perform(multi, &running)
    if !finishDone() { curl_multi_poll(multi, nil, 0, 60_000, nil) }
  }

  /// Ends everything as cancelled and gives back what curl holds.
  func end(unseen: [CurlTransfer]) {
    for (handle, transfer) in active {
      curl_multi_remove_handle(multi, handle)
      curl_easy_cleanup(handle)
      transfer.end(.failure(.cancelled))
    }
    hosts.values.flatMap(\.waiting.all).forEach { $0.end(.failure(.cancelled)) }
    unseen.forEach { $0.end(.failure(.cancelled)) }
    idleHandles.forEach { curl_easy_cleanup($0) }
    curl_multi_cleanup(multi)
  }

  private func startWaiting(at origin: String) {
    guard var line = hosts.removeValue(forKey: origin) else { return }
    while line.activeCount < transfersPerHostMax, let transfer = line.waiting.popFirst() {
      if start(transfer) { line.activeCount += 1 }
    }
    if line.activeCount > 0 { hosts[origin] = line }
  }

  /// - Returns: false when curl would not even begin.
  private func start(_ transfer: CurlTransfer) -> Bool {
    guard !transfer.isEnded else { return false }
    guard let handle = idleHandles.popLast() ?? curl_easy_init() else {
      transfer.end(.failure(.other(reason: "no memory for curl")))
      return false
    }
    transfer.configure(handle)
    guard curl_multi_add_handle(multi, handle) == CURLM_OK else {
      giveBack(handle, of: transfer)
      transfer.end(.failure(.other(reason: "curl does not take the request")))
      return false
    }
    active[handle] = transfer
    return true
  }

  /// - Returns: whether anything was done.
  private func finishDone() -> Bool {
    var done: UnsafeMutableRawPointer?
    var code = CURLE_OK
    var finished = false
    while jc_multi_next_done(multi, &done, &code) == 1 {
      guard let handle = done, let transfer = active[handle] else { preconditionFailure("curl ends only what it was given") }
      finish(handle, transfer, transfer.outcome(code, of: handle))
      finished = true
    }
    return finished
  }

  private func cancel(_ transfer: CurlTransfer) {
    guard !transfer.isEnded else { return }
    if let handle = active.first(where: { $0.value === transfer })?.key {
      finish(handle, transfer, .failure(.cancelled))
    } else {
      transfer.end(.failure(.cancelled))
    }
  }

  private func finish(_ handle: UnsafeMutableRawPointer, _ transfer: CurlTransfer, _ outcome: Result<CurlExchange, TransportError>) {
    curl_multi_remove_handle(multi, handle)
    active[handle] = nil
    giveBack(handle, of: transfer)
    hosts[transfer.url.origin]?.activeCount -= 1
    startWaiting(at: transfer.url.origin)
    transfer.end(outcome)
  }

  private func giveBack(_ handle: UnsafeMutableRawPointer, of transfer: CurlTransfer) {
    transfer.releaseHeaders()
    curl_easy_reset(handle)
    idleHandles.append(handle)
  }
}

/// The requests of one origin: first come, first served, so many at a time.
private struct HostLine {
  var activeCount = 0
  var waiting = Waiting()
}

/// A queue that gives from its front in constant time.
private struct Waiting {
  private var transfers: [CurlTransfer] = []
  private var first = 0

  var all: ArraySlice<CurlTransfer> { transfers[first...] }

  mutating func append(_ transfer: CurlTransfer) {
    transfers.append(transfer)
  }

  mutating func popFirst() -> CurlTransfer? {
    guard first < transfers.count else { return nil }
    defer { first += 1 }
    if first > 1000, first * 2 > transfers.count {
      transfers.removeFirst(first)
      first = 0
    }
    return transfers[first]
  }
}
