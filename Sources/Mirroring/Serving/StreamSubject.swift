/// What listeners ask for: many ask for the same.
struct StreamSubject: Hashable, Sendable {
  let path: [String]
  let query: RealtimeQuery?
}

/// Since which state the result of a query differs; nil: all of it is told.
struct StreamDifference: Hashable {
  let asked: StreamSubject
  let since: Int64?
}

/// What is told first.
struct StreamOpening: Sendable {
  let value: RealtimeValue
  let bytes: [UInt8]
}
