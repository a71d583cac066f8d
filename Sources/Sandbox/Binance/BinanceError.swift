/// A refusal of Binance: its code, its sentence, its status.
enum BinanceError: Error, Equatable {
  case badSymbol
  case badInterval
  case missing(String)
  case empty(String)
  case illegalCharacters(String, range: String)
  case duplicate(String)
  case unread(read: Int, sent: Int)
  case badCombination
  case badValue(String)
  case badTickerType
  case badStatus
  case duplicateSymbols
  case badJSON(String)
  case notFound
  /// The folder of recorded bodies cannot be served; says which file and why.
  case sandbox(String)

  var status: Int {
    switch self {
    case .notFound: 404
    case .sandbox: 500
    default: 400
    }
  }

  var code: Int {
    switch self {
    case .illegalCharacters: -1100
    case .duplicate: -1101
    case .missing: -1102
    case .unread: -1104
    case .empty: -1105
    case .badInterval: -1120
    case .badSymbol: -1121
    case .badStatus: -1122
    case .badCombination: -1128
    case .badValue: -1130
    case .badJSON: -1135
    case .badTickerType: -1139
    case .duplicateSymbols: -1151
    case .notFound: 0
    case .sandbox: -1000
    }
  }

  var message: String {
    switch self {
    case .badSymbol: "Invalid symbol."
    case .badInterval: "Invalid interval."
    case .missing(let name): "Mandatory parameter '\(name)' was not sent, was empty/null, or malformed."
    case .empty(let name): "Parameter '\(name)' was empty."
    case .illegalCharacters(let name, let range): "Illegal characters found in parameter '\(name)'; legal range is '\(range)'."
    case .duplicate(let name): "Duplicate values for parameter '\(name)'."
    case .unread(let read, let sent): "Not all sent parameters were read; read '\(read)' parameter(s) but was sent '\(sent)'."
    case .badCombination: "Combination of optional parameters invalid."
    case .badValue(let name): "Data sent for parameter '\(name)' is not valid."
    case .badTickerType: "Invalid ticker type."
    case .badStatus: "Invalid symbolStatus."
    case .duplicateSymbols: "Symbol is present multiple times in the list."
    case .badJSON(let name): "Invalid JSON Request in parameter '\(name)'."
    case .notFound: "Not Found."
    case .sandbox(let reason): "sandbox: \(reason)"
    }
  }

  var answer: Answer { Answer(status: status, body: BinanceError.body(code: code, message: message)) }

  static func body(code: Int, message: String) -> [UInt8] {
    var writer = ByteWriter()
    writer.text("{\"code\":")
    writer.integer(Int64(code))
    writer.text(",\"msg\":\"")
    writer.string(message.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))
    writer.text("\"}")
    return writer.bytes
  }
}
