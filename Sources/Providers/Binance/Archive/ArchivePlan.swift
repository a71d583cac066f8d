public import MarketData
public import Scheduling

/// How a range of a series is fetched: which part comes from files of the archive, which from the API.
///
/// A file costs two requests, for itself and its checksum, and nothing at the API's limit; it is taken where the API would need more
/// requests than that. The archive is used at all when that saves enough of them: for minutes after a few weeks, for hours and days never.
public struct ArchivePlan: Sendable, Equatable {
  /// Oldest first; together they are the range.
  public let pieces: [Piece]
  /// Requests to the API, when every file is there.
  public let apiRequests: Int
  /// Files and checksums.
  public let archiveRequests: Int
  /// Looks at what the archive holds.
  public let listings: Int
  /// Requests fewer than by the API alone.
  public let saved: Int

  public struct Piece: Sendable, Equatable {
    /// The open times that are wanted of it.
    public let range: Range<Instant>
    /// nil: the API is asked.
    public let file: ArchiveFile?
  }

  /// When the archive is worth its requests.
  public struct Policy: Sendable {
    /// Requests that the whole plan saves at least.
    public var savedMin: Int
    /// Requests to the API that each file replaces at least.
    public var replacedMin: Int

    public init(savedMin: Int, replacedMin: Int) { (self.savedMin, self.replacedMin) = (savedMin, replacedMin) }

    /// A second source is worth twenty requests, and a file more than its own two.
    public static let whereItSaves = Policy(savedMin: 20, replacedMin: 3)
    /// Every file that is published, whatever it costs: for whom the API is out of reach, and for tests.
    public static let always = Policy(savedMin: .min, replacedMin: 1)
  }

  /// More bars than this in one file are taken by the day: a month of seconds would be 400 MB.
  public static let rowsPerFileMax = 100_000
  private static let requestsPerFile = 2

  /// - Parameters:
  ///   - range: the open times that are wanted.
  ///   - logicalDate: what was not published by then is not asked for.
  /// - Returns: nil when the API alone is as good.
  /// - Complexity: O(days of the range) at most; O(1) for a range that is not deep.
  public init?(
    _ symbol: Symbol, _ interval: Interval, _ range: Range<Instant>, logicalDate: Instant, policy: Policy = .whereItSaves
  ) {
    let range = max(range.lowerBound, Binance.firstBar)..<max(range.upperBound, Binance.firstBar)
    guard !range.isEmpty, Binance.klineRequests(range, interval) >= policy.savedMin else { return nil }
    var draft = Draft(symbol: symbol, interval: interval, range: range, logicalDate: logicalDate, replacedMin: policy.replacedMin)
    var month = Interval.month1.openTime(containing: range.lowerBound)
    while month < range.upperBound {
      draft.add(month: month.utcDay)
      month = Interval.month1.next(after: month)
    }
    (pieces, archiveRequests) = (draft.pieces, draft.files * ArchivePlan.requestsPerFile)
    let kinds = Set(draft.pieces.compactMap { $0.file?.period.isMonth })
    listings = kinds.count
    apiRequests = draft.pieces.reduce(0) { $0 + ($1.file == nil ? Binance.klineRequests($1.range, interval) : 0) }
    saved = Binance.klineRequests(range, interval) - apiRequests - archiveRequests - listings
    guard draft.files > 0, saved >= policy.savedMin else { return nil }
  }

  private struct Draft {
    let symbol: Symbol
    let interval: Interval
    let range: Range<Instant>
    let logicalDate: Instant
    let replacedMin: Int
    var pieces: [Piece] = []
    var files = 0

    mutating func add(month first: CivilDate) {
      let file = ArchiveFile(symbol: symbol, interval: interval, period: .month(first))
      if !add(file) { addDays(of: file.span.clamped(to: range)) }
    }

    private mutating func addDays(of span: Range<Instant>) {
      var day = span.lowerBound.utcDay
      while day.midnight < span.upperBound {
        let file = ArchiveFile(symbol: symbol, interval: interval, period: .day(day))
        if !add(file) { addAPI(file.span.clamped(to: range)) }
        day = day.adding(days: 1)
      }
    }

    /// Takes a file when it is published, not too large, and cheaper than the API.
    private mutating func add(_ file: ArchiveFile) -> Bool {
      let wanted = file.span.clamped(to: range)
      guard file.period.publishedAt <= logicalDate, Binance.bars(file.span, interval) <= ArchivePlan.rowsPerFileMax,
        Binance.klineRequests(wanted, interval) >= replacedMin
      else { return false }
      pieces.append(Piece(range: wanted, file: file))
      files += 1
      return true
    }

    private mutating func addAPI(_ wanted: Range<Instant>) {
      if let last = pieces.last, last.file == nil {
        pieces[pieces.count - 1] = Piece(range: last.range.lowerBound..<wanted.upperBound, file: nil)
      } else {
        pieces.append(Piece(range: wanted, file: nil))
      }
    }
  }
}

extension Binance {
  /// Binance opened in July 2017: there are no bars before.
  public static let firstBar = CivilDate(year: 2017, month: 7, day: 14)!.midnight

  static func klineRequests(_ range: Range<Instant>, _ interval: Interval) -> Int {
    klineRequests(from: range.lowerBound, until: range.upperBound, interval: interval)
  }
}
