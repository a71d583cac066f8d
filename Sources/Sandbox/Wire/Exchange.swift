/// A request as the stand-ins see it, free of the server that brought it.
struct Request: Sendable {
  enum Provider: String, Sendable, Codable {
    case binance, alphavantage, ecb, sec
    /// The files of Binance's bulk archive, and the listing of them.
    case archive = "binance_archive"
    case listing = "binance_listing"
  }

  let provider: Provider
  /// Behind the provider's base URL: `/api/v3/klines`, `/query`.
  let path: String
  var parameters: [(name: String, value: String)]
  var acceptsGzip = false

  /// The first value that was sent under a name.
  subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

  /// The same request about another symbol.
  func asking(for symbol: String) -> Request {
    var copy = self
    for index in copy.parameters.indices where copy.parameters[index].name == "symbol" { copy.parameters[index].value = symbol }
    return copy
  }
}

/// An answer before it is compressed.
struct Answer: Sendable {
  var status = 200
  var contentType = Answer.json
  var headers: [(name: String, value: String)] = []
  var body: [UInt8]

  static let json = "application/json;charset=UTF-8"
}
