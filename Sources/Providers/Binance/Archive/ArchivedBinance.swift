public import MarketData
public import Scheduling

/// Binance's candles: deep history from the bulk archive, the rest from the API.
///
/// The archive is a shortcut, never a condition: a file that is missing, refused or out of reach is replaced by requests to the API,
/// and a note says so.
public struct ArchivedBinance: CandleProvider {
  private let binance: Binance
  private let archive: BinanceArchive
  private let policy: ArchivePlan.Policy

  public init(_ binance: Binance, archive: BinanceArchive, policy: ArchivePlan.Policy = .whereItSaves) {
    (self.binance, self.archive, self.policy) = (binance, archive, policy)
  }

  public var name: String { binance.name }
  public var intervals: Set<Interval> { binance.intervals }

  public func candles(
    _ symbol: Symbol, _ interval: Interval, from: Instant, until logicalDate: Instant, latest: Instant?,
    each page: (CandlePage) async throws -> Void
  ) async throws {
    try await candles(symbol, interval, in: from..<max(from, logicalDate), until: logicalDate, latest: latest, each: page)
  }

  public func candles(
    _ symbol: Symbol, _ interval: Interval, in range: Range<Instant>, until logicalDate: Instant, latest: Instant?,
    each page: (CandlePage) async throws -> Void
  ) async throws {
    guard let plan = ArchivePlan(symbol, interval, range, logicalDate: logicalDate, policy: policy) else {
      return try await binance.candles(symbol, interval, in: range, until: logicalDate, latest: latest, each: page)
    }
    var walk = ArchiveWalk()
    /// What the API is to be asked before the next file, or at the end.
    var pending: Range<Instant>?
    func askPending() async throws {
      guard let wanted = pending else { return }
      pending = nil
      try await binance.candles(symbol, interval, in: wanted, until: logicalDate, latest: latest) { answer in
        var answer = answer
        answer.notes += walk.takeNotes()
        try await page(answer)
      }
    }
    let present = try await present(plan, &walk, logicalDate: logicalDate, latest: latest)
    for piece in plan.pieces {
      guard let file = piece.file, present.contains(file), !walk.isGivenUp,
        var answer = try await read(file, piece.range, &walk, logicalDate: logicalDate, latest: latest)
      else {
        pending = (pending?.lowerBound ?? piece.range.lowerBound)..<piece.range.upperBound
        continue
      }
      try await askPending()
      guard !answer.candles.isEmpty || !answer.problems.isEmpty else { continue }
      answer.notes += walk.takeNotes()
      try await page(answer)
    }
    try await askPending()
    let notes = walk.takeNotes()
    guard !notes.isEmpty else { return }
    var last = CandlePage()
    last.notes = notes
    try await page(last)
  }

  /// The files of the plan that the archive lists.
  private func present(
    _ plan: ArchivePlan, _ walk: inout ArchiveWalk, logicalDate: Instant, latest: Instant?
  ) async throws -> Set<ArchiveFile> {
    let files = plan.pieces.compactMap(\.file)
    var present: Set<ArchiveFile> = []
    do {
      for isMonthly in [true, false] {
        let wanted = files.filter { $0.period.isMonth == isMonthly }
        present.formUnion(try await archive.present(wanted, logicalDate: logicalDate, latest: latest))
      }
    } catch let failure as ProviderFailure {
      walk.note(failure, of: "the listing")
      return []
    }
    walk.noteHoles(of: files, present)
    return present
  }

  /// - Returns: nil when the API is to be asked instead.
  private func read(
    _ file: ArchiveFile, _ range: Range<Instant>, _ walk: inout ArchiveWalk, logicalDate: Instant, latest: Instant?
  ) async throws -> CandlePage? {
    do {
      return try await archive.candles(in: file, range, logicalDate: logicalDate, latest: latest)
    } catch is ArchiveAbsence {
      walk.note("\(file.name) is listed, but not there")
    } catch let failure as ProviderFailure {
      walk.note(failure, of: file.name)
    }
    return nil
  }
}

/// What went wrong with the archive while one series was fetched.
struct ArchiveWalk {
  /// The host does not answer: the other files are not asked for.
  private(set) var isGivenUp = false
  private var troubles: [String] = []

  /// Troubles that are told one by one; the others are counted.
  private static let toldMax = 3

  mutating func note(_ trouble: String) { troubles.append(trouble) }

  mutating func note(_ failure: ProviderFailure, of what: String) {
    switch failure.answer {
    case .offline:
      // A run that replays another one takes the way that it took, and says what it said.
      break
    case .transport, .server, .limited, .banned, .quota, .burst, .geo, .waf, .auth, .notJSON:
      isGivenUp = true
    default: break
    }
    troubles.append("\(what): \(failure.message)")
  }

  /// Files that are missing between others: before a pair was listed, none is missing.
  mutating func noteHoles(of files: [ArchiveFile], _ present: Set<ArchiveFile>) {
    guard let first = files.firstIndex(where: present.contains), let last = files.lastIndex(where: present.contains) else { return }
    for file in files[first...last] where !present.contains(file) { troubles.append("\(file.name) is not in the archive") }
  }

  /// One sentence about everything since the last time, or none.
  mutating func takeNotes() -> [String] {
    guard !troubles.isEmpty else { return [] }
    let more = troubles.count - ArchiveWalk.toldMax
    let told = troubles.prefix(ArchiveWalk.toldMax).map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }.joined(separator: "; ")
    troubles = []
    return ["the API was asked instead of the archive: \(told)\(more > 0 ? "; and \(more) more" : "")"]
  }
}
