import CCurl
import Foundation
import Scheduling

extension CurlTransfer {
  /// Tells a fresh or reset handle all it needs for this request.
  func configure(_ handle: UnsafeMutableRawPointer) {
    setRules(handle)
    setLimits(handle)
    setRequest(handle)
    setCallbacks(handle)
  }

  /// What holds for every request.
  private func setRules(_ handle: UnsafeMutableRawPointer) {
    jc_set_long(handle, CURLOPT_NOSIGNAL, 1)
    jc_set_close_on_exec(handle)
    if request.limits.refusesPrivateAddresses { jc_set_public_only(handle, refusals) }
    jc_set_str(handle, CURLOPT_PROTOCOLS_STR, "http,https")
    jc_set_long(handle, CURLOPT_FOLLOWLOCATION, 0)
    jc_set_long(handle, CURLOPT_HTTP_CONTENT_DECODING, 0)
    jc_set_long(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    jc_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    jc_set_long(handle, CURLOPT_PIPEWAIT, 1)
    jc_set_long(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    jc_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1)
    // Else the end of a transfer would wait for a slow name server, and all others with it.
    jc_set_long(handle, CURLOPT_QUICK_EXIT, 1)
    // An answer without a status line comes to us as a body, and ``takeBody(_:)`` refuses it with its first bytes.
    jc_set_long(handle, CURLOPT_HTTP09_ALLOWED, 1)
    if url.isLoopback { jc_set_str(handle, CURLOPT_NOPROXY, "*") }
  }

  private func setLimits(_ handle: UnsafeMutableRawPointer) {
    jc_set_long(handle, CURLOPT_TIMEOUT_MS, curlMilliseconds(timeLeft))
    jc_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, curlMilliseconds(request.limits.connectTimeout))
    jc_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, min(max(0, request.limits.bytesPerSecondMin), Int(Int32.max)))
    jc_set_long(handle, CURLOPT_LOW_SPEED_TIME, max(1, (curlMilliseconds(request.limits.slowness) + 999) / 1000))
  }

  /// curl reads 0 as "no limit" and refuses what does not fit 32 bits.
  private func curlMilliseconds(_ duration: Duration) -> Int {
    Int(min(max(1, duration.milliseconds), Int64(Int32.max)))
  }

  private func setRequest(_ handle: UnsafeMutableRawPointer) {
    jc_set_str(handle, CURLOPT_URL, revealedURL)
    jc_set_str(handle, CURLOPT_USERAGENT, userAgent)
    setBody(handle)
    switch request.method {
    case "GET" where request.body == nil: break
    case "HEAD": jc_set_long(handle, CURLOPT_NOBODY, 1)
    default: jc_set_str(handle, CURLOPT_CUSTOMREQUEST, request.method)
    }
    // curl would send a request again by itself when a kept connection turns out to be closed; these must not be sent twice.
    if !["GET", "HEAD", "PUT", "DELETE", "OPTIONS"].contains(request.method) { jc_set_long(handle, CURLOPT_FRESH_CONNECT, 1) }
    headerList = headerLines.reduce(nil) { curl_slist_append($0, $1) }
    jc_set_slist(handle, CURLOPT_HTTPHEADER, headerList)
  }

  private func setBody(_ handle: UnsafeMutableRawPointer) {
    guard let body = request.body ?? (["POST", "PUT", "PATCH"].contains(request.method) ? [] : nil) else { return }
    jc_set_long(handle, CURLOPT_POST, 1)
    jc_set_off(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
    body.withUnsafeBytes { bytes -> Void in
      if let start = bytes.baseAddress, !bytes.isEmpty {
        jc_set_ptr(handle, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: start))
      } else {
        jc_set_str(handle, CURLOPT_COPYPOSTFIELDS, "")
      }
    }
  }

  /// The request's headers in curl's spelling (`Name;` sends an empty one, `Name:` none), and ours where it has none.
  private var headerLines: [String] {
    let names = Set(request.headers.map { $0.name.lowercased() })
    var lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    lines.append("Expect:")
    if !names.contains("accept-encoding") { lines.append("Accept-Encoding: gzip") }
    if !names.contains("content-type") { lines.append("Content-Type:") }
    return lines
  }

  private func setCallbacks(_ handle: UnsafeMutableRawPointer) {
    let this = Unmanaged.passUnretained(self).toOpaque()
    jc_set_ptr(handle, CURLOPT_HEADERDATA, this)
    jc_set_ptr(handle, CURLOPT_WRITEDATA, this)
    jc_set_ptr(handle, CURLOPT_DEBUGDATA, this)
    jc_set_ptr(handle, CURLOPT_ERRORBUFFER, errorText.baseAddress)
    jc_set_data_cb(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, transfer in
      guard let transfer = CurlTransfer.behind(transfer) else { return 0 }
      return transfer.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }
    jc_set_data_cb(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, transfer in
      guard let transfer = CurlTransfer.behind(transfer) else { return 0 }
      return transfer.takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }
    jc_set_debug_cb(handle) { _, kind, _, size, transfer in
      if kind == CURLINFO_DATA_IN { CurlTransfer.behind(transfer)?.noteDelivered(size) }
      return 0
    }
    jc_set_long(handle, CURLOPT_VERBOSE, 1)
  }

  /// The transfer that a callback's pointer stands for; the loop keeps it alive as long as curl may call.
  private static func behind(_ pointer: UnsafeMutableRawPointer?) -> CurlTransfer? {
    pointer.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
  }
}
