import CCurl
import Scheduling

extension CurlTransfer {
  /// What the end of a transfer means.
  func outcome(_ code: CURLcode, of handle: UnsafeMutableRawPointer) -> Result<CurlExchange, TransportError> {
    if let failure { return .failure(failure) }
    let elapsed = time(CURLINFO_TOTAL_TIME_T, of: handle)
    guard code == CURLE_OK else { return .failure(error(code, of: handle, elapsed: elapsed)) }
    return Result { () throws(TransportError) in try exchange(elapsed: elapsed) }
  }

  private func error(_ code: CURLcode, of handle: UnsafeMutableRawPointer, elapsed: Duration) -> TransportError {
    let reason = message(code)
    switch code {
    case CURLE_OPERATION_TIMEDOUT: return timeout(of: handle, elapsed: elapsed)
    case CURLE_COULDNT_RESOLVE_HOST: return .cannotResolve(host: url.host)
    case CURLE_COULDNT_CONNECT where refusals.pointee != 0:
      return .refusedURL(reason: "\(url.host) is an address of this machine or of a private network")
    case CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_PROXY: return .cannotConnect(host: url.host, reason: reason)
    case CURLE_GOT_NOTHING: return .truncated(reason: "the connection ended without an answer")
    case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM: return .truncated(reason: reason)
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY: return .notHTTP(start: reason)
    case CURLE_SSL_CONNECT_ERROR where isBroken(reason): return .cannotConnect(host: url.host, reason: reason)
    case _ where CurlTransfer.tlsCodes.contains(code.rawValue): return .tls(host: url.host, reason: reason)
    case CURLE_ABORTED_BY_CALLBACK, CURLE_WRITE_ERROR: return .truncated(reason: reason)
    default: return .other(reason: "\(url.host): \(reason)")
    }
  }

  /// curl has one code for three bounds.
  private func timeout(of handle: UnsafeMutableRawPointer, elapsed: Duration) -> TransportError {
    if elapsed + .milliseconds(5) >= timeLeft { return .deadline(request.limits.deadline) }
    if time(CURLINFO_PRETRANSFER_TIME_T, of: handle) == .zero {
      return .cannotConnect(host: url.host, reason: "no connection within \(request.limits.connectTimeout)")
    }
    return .tooSlow(bytesPerSecondMin: request.limits.bytesPerSecondMin)
  }

  /// A handshake that the network cut, rather than one that a certificate failed.
  private func isBroken(_ reason: String) -> Bool {
    ["reset", "SSL_ERROR_SYSCALL", "unexpected eof"].contains { reason.contains($0) }
  }

  private static let tlsCodes: Set<UInt32> = [
    CURLE_SSL_CONNECT_ERROR.rawValue, CURLE_SSL_ENGINE_NOTFOUND.rawValue, CURLE_SSL_ENGINE_SETFAILED.rawValue,
    CURLE_SSL_CERTPROBLEM.rawValue, CURLE_SSL_CIPHER.rawValue, CURLE_PEER_FAILED_VERIFICATION.rawValue,
    CURLE_USE_SSL_FAILED.rawValue, CURLE_SSL_ENGINE_INITFAILED.rawValue, CURLE_SSL_CACERT_BADFILE.rawValue,
    CURLE_SSL_SHUTDOWN_FAILED.rawValue, CURLE_SSL_CRL_BADFILE.rawValue, CURLE_SSL_ISSUER_ERROR.rawValue,
    CURLE_SSL_PINNEDPUBKEYNOTMATCH.rawValue, CURLE_SSL_INVALIDCERTSTATUS.rawValue, CURLE_SSL_CLIENTCERT.rawValue,
  ]

  /// curl's words for this very failure, else for the code.
  private func message(_ code: CURLcode) -> String {
    let text = errorText.withMemoryRebound(to: UInt8.self) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
  }

  private func time(_ info: CURLINFO, of handle: UnsafeMutableRawPointer) -> Duration {
    var microseconds: curl_off_t = 0
    jc_get_off(handle, info, &microseconds)
    return .microseconds(Int64(microseconds))
  }
}
