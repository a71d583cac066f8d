import CCurl
import Foundation
import Transport

/// One mail on its way through curl, on a thread of its own: curl speaks SMTP, STARTTLS and AUTH.
final class MailSession: @unchecked Sendable {
  private let server: MailServer
  private let from: String
  private let to: String
  private let bytes: [UInt8]
  private let lock = NSLock()
  // Guarded by the lock.
  private var multi: UnsafeMutableRawPointer?
  private var isCancelled = false
  // The thread's own.
  private var sent = 0
  private var dialogue = MailDialogue()

  init(_ bytes: [UInt8], from: String, to: String, through server: MailServer) {
    (self.bytes, self.from, self.to, self.server) = (bytes, from, to, server)
  }

  /// Sends the mail, within the server's deadline.
  func run() async -> Delivery {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let thread = Thread { [self] in
          var signals = sigset_t()
          sigemptyset(&signals)
          sigaddset(&signals, SIGPIPE)
          pthread_sigmask(SIG_BLOCK, &signals, nil)
          perform { continuation.resume(returning: $0) }
        }
        thread.name = "mail"
        thread.start()
      }
    } onCancel: {
      lock.withLock {
        isCancelled = true
        if let multi { curl_multi_wakeup(multi) }
      }
    }
  }

  /// - Parameter tell: called once, as soon as it is known what became of the mail. The farewell comes after it: a server that is slow to
  ///   answer that holds nobody up.
  private func perform(_ tell: (Delivery) -> Void) {
    guard mailIsReady, let easy = curl_easy_init(), let multi = curl_multi_init() else {
      return tell(.later(after: nil, why: "curl cannot be initialised"))
    }
    lock.withLock { self.multi = multi }
    let errorText = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0)
    let recipients = curl_slist_append(nil, "<\(to)>")
    configure(easy, recipients, errorText)
    curl_multi_add_handle(multi, easy)
    let code = drive(multi)
    let detail = errorText.withMemoryRebound(to: UInt8.self) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    let delivery = meaning(of: code, detail)
    // Whoever did not answer gets no farewell, for which curl would wait minutes.
    if code != CURLE_OK { hangUp(easy) }
    lock.withLock { self.multi = nil }
    tell(delivery)
    curl_multi_remove_handle(multi, easy)
    curl_easy_cleanup(easy)
    curl_multi_cleanup(multi)
    curl_slist_free_all(recipients)
    errorText.deallocate()
  }

  private func hangUp(_ easy: UnsafeMutableRawPointer) {
    var socket = curl_socket_t(-1)
    guard jc_get_socket(easy, &socket) == CURLE_OK, socket >= 0 else { return }
    shutdown(socket, Int32(SHUT_RDWR))
  }

  /// - Returns: nil when it was given up.
  private func drive(_ multi: UnsafeMutableRawPointer) -> CURLcode? {
    while true {
      if lock.withLock({ isCancelled }) { return nil }
      var (running, handle, code): (Int32, UnsafeMutableRawPointer?, CURLcode) = (0, nil, CURLE_OK)
      curl_multi_perform(multi, &running)
      if jc_multi_next_done(multi, &handle, &code) != 0 { return code }
      curl_multi_poll(multi, nil, 0, 1000, nil)
    }
  }

  private func meaning(of code: CURLcode?, _ detail: String) -> Delivery {
    guard let code else { return dialogue.delivery(failure: "it was given up") }
    guard code != CURLE_OK else { return .delivered(remark: nil) }
    let words = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail.asOneLine
    switch code {
    case CURLE_OPERATION_TIMEDOUT:
      return dialogue.delivery(failure: "\(server.host) took longer than \(server.deadline)")
    case CURLE_COULDNT_RESOLVE_HOST: return .later(after: nil, why: "the host \(server.host) cannot be found")
    case CURLE_COULDNT_CONNECT: return .later(after: nil, why: "no connection to \(server.host):\(server.port): \(words)")
    case CURLE_USE_SSL_FAILED: return .refused(why: "\(server.host) offers no STARTTLS, so nothing was said to it")
    case CURLE_PEER_FAILED_VERIFICATION: return .refused(why: "\(server.host) has a certificate that is not trusted: \(words)")
    // A server that does not know the user says so with 535; one that is busy with 454.
    case CURLE_LOGIN_DENIED where dialogue.code.map({ $0 / 100 != 4 }) ?? true:
      return .refused(why: "\(server.host) does not take the user and password (\(dialogue.code.map(String.init) ?? "no answer"))")
    case CURLE_SSL_CONNECT_ERROR: return .later(after: nil, why: "no safe connection to \(server.host): \(words)")
    default: return dialogue.delivery(failure: words)
    }
  }

  private func configure(
    _ easy: UnsafeMutableRawPointer, _ recipients: UnsafeMutablePointer<curl_slist>?, _ errorText: UnsafeMutableBufferPointer<CChar>
  ) {
    let this = Unmanaged.passUnretained(self).toOpaque()
    let milliseconds = Int(server.deadline.components.seconds * 1000 + server.deadline.components.attoseconds / 1_000_000_000_000_000)
    jc_set_long(easy, CURLOPT_NOSIGNAL, 1)
    jc_set_close_on_exec(easy)
    jc_set_str(easy, CURLOPT_URL, server.url)
    jc_set_str(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps")
    // Proxies are for the web; a mail goes to its server or nowhere.
    jc_set_str(easy, CURLOPT_PROXY, "")
    jc_set_long(easy, CURLOPT_TIMEOUT_MS, max(1, milliseconds))
    jc_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, max(1, min(10_000, milliseconds)))
    jc_set_long(easy, CURLOPT_USE_SSL, Int(server.safety == .startTLS ? CURLUSESSL_ALL.rawValue : CURLUSESSL_NONE.rawValue))
    jc_set_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    if let certificates = server.certificates {
      jc_set_str(easy, CURLOPT_CAINFO, certificates)
      jc_set_str(easy, CURLOPT_CAPATH, nil)
    }
    if let user = server.user, let password = server.password {
      jc_set_str(easy, CURLOPT_USERNAME, user)
      password.reveal { _ = jc_set_str(easy, CURLOPT_PASSWORD, $0) }
    }
    jc_set_str(easy, CURLOPT_MAIL_FROM, "<\(from)>")
    jc_set_slist(easy, CURLOPT_MAIL_RCPT, recipients)
    jc_set_long(easy, CURLOPT_UPLOAD, 1)
    jc_set_off(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(bytes.count))
    jc_set_ptr(easy, CURLOPT_ERRORBUFFER, errorText.baseAddress)
    jc_set_ptr(easy, CURLOPT_READDATA, this)
    jc_set_ptr(easy, CURLOPT_HEADERDATA, this)
    jc_set_data_cb(easy, CURLOPT_READFUNCTION) { buffer, size, count, session in
      guard let session = MailSession.behind(session) else { return 0 }
      return session.give(UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
    }
    jc_set_data_cb(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, session in
      MailSession.behind(session)?.dialogue.take(
        String(decoding: UnsafeRawBufferPointer(start: bytes, count: size * count), as: UTF8.self))
      return size * count
    }
  }

  /// Hands curl the next bytes of the mail. It ends the mail after the last ones without asking again, so with these it is whole.
  private func give(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, bytes.count - sent)
    bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[sent..<(sent + count)])) }
    sent += count
    if sent == bytes.count { dialogue.isWhole = true }
    return count
  }

  private static func behind(_ pointer: UnsafeMutableRawPointer?) -> MailSession? {
    pointer.map { Unmanaged<MailSession>.fromOpaque($0).takeUnretainedValue() }
  }
}

/// curl's global state, made once for the process; a second time counts only.
private let mailIsReady = jc_global_init() == CURLE_OK
