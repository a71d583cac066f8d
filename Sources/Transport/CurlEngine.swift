import CCurl
import Foundation

/// The way to the thread that owns curl: requests and cancellations go in, answers come back through continuations.
///
/// The thread starts with the first request and ends with ``stop()``.
final class CurlEngine: @unchecked Sendable {
  private let lock = NSLock()
  private let transfersPerHostMax: Int
  // All below is guarded by the lock.
  private var isStopped = false
  private var multi: UnsafeMutableRawPointer?
  private var submitted: [CurlTransfer] = []
  private var cancelled: [CurlTransfer] = []

  init(transfersPerHostMax: Int) {
    self.transfersPerHostMax = transfersPerHostMax
  }

  /// Brings a transfer to its end, whatever that is. Cancelling the task ends it at once.
  func perform(_ transfer: CurlTransfer) async -> Result<CurlExchange, TransportError> {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if let refusal = submit(transfer, continuation) { continuation.resume(returning: .failure(refusal)) }
      }
    } onCancel: {
      cancel(transfer)
    }
  }

  /// Ends every transfer and the thread. What is sent later is refused.
  func stop() {
    lock.withLock {
      isStopped = true
      wake()
    }
  }

  private func submit(
    _ transfer: CurlTransfer, _ continuation: CheckedContinuation<Result<CurlExchange, TransportError>, Never>
  ) -> TransportError? {
    lock.withLock {
      guard !isStopped, !transfer.isCancelled else { return .cancelled }
      guard multi != nil || start() else { return .other(reason: "curl cannot be initialised") }
      (transfer.isSubmitted, transfer.continuation) = (true, continuation)
      submitted.append(transfer)
      if submitted.count == 1 { wake() }
      return nil
    }
  }

  private func cancel(_ transfer: CurlTransfer) {
    lock.withLock {
      transfer.isCancelled = true
      guard transfer.isSubmitted else { return }
      cancelled.append(transfer)
      wake()
    }
  }

  /// Wakes the thread; called with the lock held, so that curl's handle is still there.
  private func wake() {
    if let multi { curl_multi_wakeup(multi) }
  }
}

extension CurlEngine {
  /// What the thread finds in the mailbox; nil when it must end.
  fileprivate func takeMail() -> (submitted: [CurlTransfer], cancelled: [CurlTransfer])? {
    lock.withLock {
      guard !isStopped else { return nil }
      defer { (submitted, cancelled) = ([], []) }
      return (submitted, cancelled)
    }
  }

  /// Called with the lock held.
  private func start() -> Bool {
    guard curlIsReady, let handle = curl_multi_init() else { return false }
    multi = handle
    let thread = Thread { [self] in run() }
    thread.name = "curl"
    thread.start()
    return true
  }

  /// The thread's whole life.
  private func run() {
    blockBrokenPipeSignal()
    guard let handle = lock.withLock({ multi }) else { preconditionFailure("the thread starts after curl's handle was made") }
    let loop = CurlLoop(multi: handle, transfersPerHostMax: transfersPerHostMax)
    while let mail = takeMail() { loop.turn(submitted: mail.submitted, cancelled: mail.cancelled) }
    let unseen = lock.withLock {
      multi = nil
      defer { (submitted, cancelled) = ([], []) }
      return submitted
    }
    loop.end(unseen: unseen)
  }
}

/// curl's global state, made once for the process.
private let curlIsReady = jc_global_init() == CURLE_OK

/// A peer that closes must end a transfer, not the process: curl's TLS library may write without MSG_NOSIGNAL.
private func blockBrokenPipeSignal() {
  var signals = sigset_t()
  sigemptyset(&signals)
  sigaddset(&signals, SIGPIPE)
  pthread_sigmask(SIG_BLOCK, &signals, nil)
}
