import Scheduling

/// Stands in for Binance's bulk archive and for the S3 listing of it.
struct ArchiveService: Sendable {
  let shelf: any ArchiveShelf

  /// Entries of one page of a listing: S3 gives no more.
  private static let keysMax = 1000

  /// `/data/…/BTCUSDT-1m-2025-01.zip`, or the same with `.CHECKSUM`.
  func file(_ request: Request, now: Instant) async -> Answer {
    let key = String(request.path.dropFirst())
    do {
      if key.hasSuffix(".CHECKSUM") {
        let whole = String(key.dropLast(".CHECKSUM".count))
        if let bytes = try await shelf.checksum(of: whole, now: now) { return Answer(contentType: "binary/octet-stream", body: bytes) }
      } else if let bytes = try await shelf.file(key, now: now) {
        return Answer(contentType: "application/zip", body: bytes)
      }
    } catch {
      return error.answer
    }
    return Answer(status: 404, contentType: "application/xml", body: Array(ArchiveService.absence(of: key).utf8))
  }

  /// `/?prefix=data/…/&delimiter=/&marker=…`: ListObjects, version 1.
  func listing(_ request: Request, now: Instant) async -> Answer {
    let (prefix, marker) = (request["prefix"] ?? "", request["marker"] ?? "")
    let most = min(Self.keysMax, request["max-keys"].flatMap { Int($0) } ?? Self.keysMax)
    do {
      let (keys, folders) = try await shelf.list(prefix, now: now)
      let entries = (keys.map { ($0.key, Optional($0.bytes)) } + folders.map { ($0, nil) }).filter { $0.0 > marker }.sorted { $0.0 < $1.0 }
      let page = entries.prefix(most)
      let isTruncated = entries.count > page.count
      var text = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
      text += #"<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>data.binance.vision</Name>"#
      text += "<Prefix>\(escaped(prefix))</Prefix><Marker>\(escaped(marker))</Marker><MaxKeys>\(most)</MaxKeys>"
      text += "<Delimiter>\(escaped(request["delimiter"] ?? ""))</Delimiter><IsTruncated>\(isTruncated)</IsTruncated>"
      if isTruncated, request["delimiter"] != nil, let last = page.last { text += "<NextMarker>\(escaped(last.0))</NextMarker>" }
      for (key, bytes) in page {
        if let bytes {
          text +=
            "<Contents><Key>\(escaped(key))</Key><LastModified>2025-01-01T00:00:00.000Z</LastModified><ETag>&quot;sandbox&quot;</ETag>"
          text += "<Size>\(bytes)</Size><StorageClass>STANDARD</StorageClass></Contents>"
        } else {
          text += "<CommonPrefixes><Prefix>\(escaped(key))</Prefix></CommonPrefixes>"
        }
      }
      return Answer(contentType: "application/xml", body: Array((text + "</ListBucketResult>").utf8))
    } catch {
      return error.answer
    }
  }

  static func absence(of key: String) -> String {
    #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>"
      + "<Key>\(escaped(key))</Key></Error>"
  }
}

/// Where the files of the archive come from.
protocol ArchiveShelf: Sendable {
  /// - Returns: nil when there is no such file, or not yet.
  func file(_ key: String, now: Instant) async throws(BinanceError) -> [UInt8]?

  /// - Parameter key: of the file that it is about.
  func checksum(of key: String, now: Instant) async throws(BinanceError) -> [UInt8]?

  /// What lies directly in a folder.
  func list(_ prefix: String, now: Instant) async throws(BinanceError) -> (keys: [(key: String, bytes: Int)], folders: [String])
}

private func escaped(_ text: String) -> String {
  text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
}
