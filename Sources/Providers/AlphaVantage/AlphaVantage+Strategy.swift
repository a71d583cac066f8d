import MarketData
import Scheduling

/// One way to ask for daily candles.
struct DailyCall: Hashable {
  var isAdjusted: Bool
  var isFull: Bool

  var function: String { isAdjusted ? "TIME_SERIES_DAILY_ADJUSTED" : "TIME_SERIES_DAILY" }

  /// Under which name a refusal by the plan is remembered: all of the adjusted function, or the long form of the plain one.
  var entitlement: String { isAdjusted || !isFull ? function : function + " full" }

  func request(_ symbol: Symbol) -> ProviderRequest {
    ProviderRequest(
      path: "/query",
      query: [("function", function), ("symbol", symbol.name), ("outputsize", isFull ? "full" : "compact")],
      weight: 1, subject: "\(symbol) 1d")
  }
}

extension AlphaVantage {
  /// The calls that may answer a question, the best first.
  func calls(for question: DailyQuestion) -> [DailyCall] {
    let isFull = question.needsHistory
    return switch strategy {
    case .auto: [DailyCall(isAdjusted: true, isFull: isFull), DailyCall(isAdjusted: false, isFull: false)]
    case .plain:
      isFull
        ? [DailyCall(isAdjusted: false, isFull: true), DailyCall(isAdjusted: false, isFull: false)]
        : [DailyCall(isAdjusted: false, isFull: false)]
    case .adjusted: [DailyCall(isAdjusted: true, isFull: isFull)]
    }
  }

  /// Asks the best call that the plan includes; a compact answer that does not reach back far enough is followed by a full one.
  func answer(to question: DailyQuestion) async throws -> Answered<DailyDocument> {
    let (call, answered) = try await firstAnswer(to: question)
    guard !call.isFull, question.isCutShort(answered.value) else { return answered }
    let longer = DailyCall(isAdjusted: call.isAdjusted, isFull: true)
    guard try await !isRefused(longer, question) else { return answered }
    do {
      return try await ask(longer, question)
    } catch let failure as ProviderFailure {
      switch failure.answer {
      case .entitlement, .unknownSymbol, .offline: return answered
      default: throw failure
      }
    }
  }

  private func firstAnswer(to question: DailyQuestion) async throws -> (DailyCall, Answered<DailyDocument>) {
    var calls = calls(for: question)[...]
    while true {
      let call = calls.removeFirst()
      if !calls.isEmpty, try await isRefused(call, question) { continue }
      do {
        return (call, try await askOrShorten(call, question))
      } catch let failure as ProviderFailure where failure.answer == .entitlement || failure.answer == .offline {
        // Offline, the run that is replayed may have known the refusal and asked only the next.
        guard !calls.isEmpty else { throw failure }
      }
    }
  }

  /// A full series is at times refused with "Invalid API call" for a symbol whose compact one exists.
  private func askOrShorten(_ call: DailyCall, _ question: DailyQuestion) async throws -> Answered<DailyDocument> {
    do {
      return try await ask(call, question)
    } catch let failure as ProviderFailure where failure.answer == .unknownSymbol && call.isFull {
      return try await ask(DailyCall(isAdjusted: call.isAdjusted, isFull: false), question)
    }
  }

  private func ask(_ call: DailyCall, _ question: DailyQuestion) async throws -> Answered<DailyDocument> {
    do {
      return try await client.ask(call.request(question.symbol), logicalDate: question.logicalDate, latest: question.latest) {
        answer, now throws(Refusal) in
        try read(answer, of: question.symbol, now: now)
      }
    } catch let failure as ProviderFailure where failure.answer == .entitlement {
      try await entitlements.rememberRefusal(of: call.entitlement, on: question.logicalDate.utcDay)
      throw failure
    }
  }

  private func isRefused(_ call: DailyCall, _ question: DailyQuestion) async throws -> Bool {
    try await entitlements.isRefused(call.entitlement, on: question.logicalDate.utcDay)
  }

  /// - Throws: ``Refusal`` when the body holds no series of this symbol.
  func read(_ answer: ProviderAnswer, of symbol: Symbol, now: Instant) throws(Refusal) -> Reading<DailyDocument> {
    if let status = answer.status, !(200..<300).contains(status) {
      throw StatusRules.unexplained(status: status, body: answer.body)
    }
    let document: DailyDocument
    do {
      document = try DailyDocument.read(answer.body)
    } catch {
      throw Refusal(error, in: answer.body)
    }
    guard let rows = document.rows else {
      throw AlphaVantageRules.refusal(document, now: now, reset: quotaReset(now))
    }
    guard let answered = document.symbol else { throw Refusal(.unexpectedShape, "the answer does not say whose series it is") }
    guard answered.utf8.elementsEqual(symbol.name.utf8) else {
      throw Refusal(.unexpectedShape, "the answer is about \(answered.printable(64)), another symbol")
    }
    return Reading(value: document, isEmpty: rows.isEmpty && document.problems.isEmpty)
  }
}
