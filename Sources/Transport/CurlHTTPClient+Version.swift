import CCurl

extension CurlHTTPClient {
  /// `7.88.1`
  public static var libraryVersion: String { facts.map { String(cString: $0.pointee.version) } ?? "unknown" }

  /// `OpenSSL/3.0.19`; nil for a libcurl without TLS.
  public static var tlsVersion: String? { facts.flatMap { $0.pointee.ssl_version }.map { String(cString: $0) } }

  private static var facts: UnsafeMutablePointer<curl_version_info_data>? { curl_version_info(CURLVERSION_FIRST) }
}
