/// What Alpha Vantage says with status 200 instead of, or beside, the data.
struct Notice: Equatable {
  var errorMessage: String?
  var information: String?
  var note: String?
  /// Of an answer that shows made-up figures to those whose plan does not include the real ones.
  var message: String?

  var lines: [String] { [errorMessage, information, note, message].compactMap { $0?.printable(300) } }

  /// Takes a member of the outermost object when it is one of these.
  /// - Returns: false when it is not; nothing was read.
  mutating func read(_ key: String, _ scanner: inout JSONScanner) throws(JSONError) -> Bool {
    guard ["Error Message", "Information", "Note", "message"].contains(key), try scanner.kind() == .string else { return false }
    let text = scanner.string(try scanner.string())
    switch key {
    case "Error Message": errorMessage = text
    case "Information": information = text
    case "Note": note = text
    default: message = text
    }
    return true
  }
}
