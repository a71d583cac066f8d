public import MarketData
import Scheduling

/// Binance's bulk archive of public data: files by month and day, no key, no weight.
///
/// - Source: data.binance.vision; github.com/binance/binance-public-data.
public struct BinanceArchive: Sendable {
  private let files: ProviderClient
  private let listings: ProviderClient

  /// The hosts of the files, and of the S3 listing that the archive's own page asks.
  public static let filesURL = "https://data.binance.vision"
  public static let listingURL = "https://s3-ap-northeast-1.amazonaws.com/data.binance.vision"

  /// Their names in providers.yaml.
  public static let filesName = "binance_archive"
  public static let listingName = "binance_listing"

  /// Pages of a listing: a day's files of twenty years are fifteen.
  private static let pagesMax = 50

  public init(files: ProviderClient, listings: ProviderClient) {
    (self.files, self.listings) = (files, listings)
  }

  /// Which of the wanted files of a series are there.
  ///
  /// - Parameter wanted: of one kind, oldest first: months, or days.
  /// - Throws: ``ProviderFailure``; `CancellationError`; what the archive or the limiter throws.
  func present(_ wanted: [ArchiveFile], logicalDate: Instant, latest: Instant?) async throws -> Set<ArchiveFile> {
    guard let first = wanted.first, let last = wanted.last else { return [] }
    var marker: String? = first.folder + first.name.dropLast(".zip".count)
    var names: Set<String> = []
    for _ in 0..<BinanceArchive.pagesMax {
      guard let page = marker, page <= last.folder + last.name else { break }
      let listing = try await listing(of: first, behind: page, logicalDate: logicalDate, latest: latest)
      names.formUnion(listing.keys)
      marker = listing.nextMarker
    }
    return Set(wanted.filter { names.contains($0.folder + $0.name) })
  }

  /// - Parameter marker: what comes before it is not listed.
  private func listing(
    of file: ArchiveFile, behind marker: String, logicalDate: Instant, latest: Instant?
  ) async throws -> ArchiveListing {
    let request = ProviderRequest(
      path: "/", query: [("delimiter", "/"), ("prefix", file.folder), ("marker", marker)], weight: 1,
      subject: "listing of \(file.symbol) \(file.interval)")
    return try await listings.ask(request, logicalDate: logicalDate, latest: latest) { answer, _ throws(Refusal) in
      let listing: ArchiveListing
      do {
        listing = try ArchiveListingReader.read(answer.body)
      } catch {
        throw Refusal(answer.body.firstVisibleByte == UInt8(ascii: "<") ? .unexpectedShape : .notJSON, "\(error) (\(answer.body.start))")
      }
      return Reading(value: listing, isEmpty: listing.keys.isEmpty)
    }.value
  }

  /// Fetches a file, verifies it against its checksum, and reads its candles.
  ///
  /// - Parameter range: only candles that open in it are delivered.
  /// - Throws: ``ArchiveAbsence`` when there is no such file; as ``present(_:logicalDate:latest:)``.
  func candles(
    in file: ArchiveFile, _ range: Range<Instant>, logicalDate: Instant, latest: Instant?
  ) async throws -> CandlePage {
    let checksum = try await checksum(of: file, logicalDate: logicalDate, latest: latest)
    let request = request(file, suffix: "")
    let answered = try await files.ask(request, logicalDate: logicalDate, latest: latest) {
      answer, _ throws(Refusal) -> Reading<KlinePage?> in
      if let absence: Reading<KlinePage?> = try BinanceArchive.absence(answer) { return absence }
      let page = try ArchivedKlines.page(answer.body, of: file, checksum: checksum, logicalDate: logicalDate)
      return Reading(value: page, isEmpty: page.candles.isEmpty)
    }
    guard let page = answered.value else { throw ArchiveAbsence(file: file) }
    return page.candlePage(hash: answered.responseHash, in: range)
  }

  private func checksum(of file: ArchiveFile, logicalDate: Instant, latest: Instant?) async throws -> String {
    let answered = try await files.ask(request(file, suffix: ".CHECKSUM"), logicalDate: logicalDate, latest: latest) {
      answer, _ throws(Refusal) -> Reading<String?> in
      if let absence: Reading<String?> = try BinanceArchive.absence(answer) { return absence }
      guard let checksum = ArchiveChecksum.read(answer.body, of: file.name) else {
        throw Refusal(.unexpectedShape, "the file is no checksum of \(file.name) (\(answer.body.start))")
      }
      return Reading(value: checksum, isEmpty: false)
    }
    guard let checksum = answered.value else { throw ArchiveAbsence(file: file) }
    return checksum
  }

  private func request(_ file: ArchiveFile, suffix: String) -> ProviderRequest {
    ProviderRequest(path: file.path + suffix, query: [], weight: 1, subject: file.name + suffix, absentStatuses: [403, 404])
  }

  /// S3 says that there is no such key, or, where keys may not be listed, that access is denied; then there is none for us.
  private static func absence<Value>(_ answer: ProviderAnswer) throws(Refusal) -> Reading<Value?>? {
    if let code = ArchiveListingReader.errorCode(in: answer.body) {
      if code == "NoSuchKey" || code == "AccessDenied" { return Reading(value: nil, isEmpty: true) }
      throw Refusal(
        .unexpectedShape, "answered with the S3 error \(code.printable(40))", isTransient: code == "SlowDown" || code == "InternalError")
    }
    guard let status = answer.status, !(200..<300).contains(status) else { return nil }
    if status == 404 { return Reading(value: nil, isEmpty: true) }
    throw StatusRules.unexplained(status: status, body: answer.body)
  }
}

/// A file that is not in the archive: a fact, not a failure.
struct ArchiveAbsence: Error {
  let file: ArchiveFile
}

/// What the bytes of a file say.
public enum ArchivedKlines {
  /// Reads a file that was kept: the way from a stored zip back to its candles.
  ///
  /// - Returns: nil when it is no zip archive with one CSV file in it.
  public static func candles(inZip bytes: [UInt8]) -> [Candle]? {
    rows(inZip: bytes).map { KlineCSVScanner.scan($0, rowsMax: ArchivePlan.rowsPerFileMax).candles }
  }

  /// The CSV file in a zip archive; nil when it is none, or holds no one CSV file.
  static func rows(inZip bytes: [UInt8]) -> [UInt8]? {
    // `try?`: why does not matter here, what cannot be read any more is asked for again.
    try? csv(in: bytes, named: nil)
  }

  /// - Parameter checksum: the SHA-256 that the archive states; nothing is unpacked before it is found right.
  static func page(_ bytes: [UInt8], of file: ArchiveFile, checksum: String, logicalDate: Instant) throws(Refusal) -> KlinePage {
    guard ContentHash.sha256(of: bytes) == checksum else {
      var refusal = Refusal(.unexpectedShape, "its SHA-256 is not the one of its checksum file")
      refusal.retriesMax = 1
      throw refusal
    }
    let text: [UInt8]
    do {
      text = try csv(in: bytes, named: file.name.replacing(".zip", with: ".csv"))
    } catch {
      throw Refusal(.unexpectedShape, "it is refused: \(error)")
    }
    let rows = KlineCSVScanner.scan(text, rowsMax: ArchivePlan.rowsPerFileMax)
    guard rows.problems.count <= RowProblem.countMax else {
      throw Refusal(.unexpectedShape, "more than \(RowProblem.countMax) of its rows cannot be read")
    }
    guard !rows.isCut else { throw Refusal(.unexpectedShape, "it has more than \(ArchivePlan.rowsPerFileMax) rows") }
    let span = KlineSpan(
      interval: file.interval, first: file.span.lowerBound, end: min(file.span.upperBound, logicalDate), logicalDate: logicalDate)
    return try KlinePage(rows.candles, rows.problems, span)
  }

  /// The one CSV file of an archive.
  private static func csv(in bytes: [UInt8], named name: String?) throws(ArchivedFileDefect) -> [UInt8] {
    do {
      let zip = try ZipArchive(bytes)
      guard zip.entries.count == 1, let entry = zip.entries.first else { throw ArchivedFileDefect.entries(zip.entries.count) }
      let text = try zip.contents(of: entry)
      if let name, entry.name != name { throw ArchivedFileDefect.otherName(entry.name) }
      return text
    } catch let defect as ZipDefect {
      throw .zip(defect)
    } catch let defect as ArchivedFileDefect {
      throw defect
    } catch {
      preconditionFailure("only the two are thrown")
    }
  }
}

/// Why a zip is no file of the archive.
enum ArchivedFileDefect: Error, Equatable, CustomStringConvertible {
  case zip(ZipDefect)
  case entries(Int)
  case otherName(String)

  var description: String {
    switch self {
    case .zip(let defect): "\(defect)"
    case .entries(let count): "it holds \(count) files instead of one"
    case .otherName(let name): "it holds `\(name.printable(60))`"
    }
  }
}

extension KlinePage {
  /// Only what opens in a range.
  func candlePage(hash: String, in range: Range<Instant>) -> CandlePage {
    var page = candlePage(hash: hash)
    page.candles.removeAll { !range.contains($0.openTime) }
    page.problems.removeAll { $0.openTime.map { !range.contains($0) } ?? false }
    page.firstOpenTime = page.firstOpenTime.map { max($0, range.lowerBound) }
    page.lastOpenTime = page.lastOpenTime.map { min($0, range.upperBound) }
    return page
  }
}
