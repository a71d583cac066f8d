import Foundation

/// A sandbox that accepts connections.
struct Served {
  struct Addresses: Decodable {
    let port: Int
    let binance: String
    let alphavantage: String
    let binanceArchive: String
    let binanceListing: String
    let ecb: String
    let sec: String
  }

  let running: Program.Running
  let addresses: Addresses

  /// Starts it, and reads what it prints from a pipe: when that is there, it serves.
  init(by project: Project, _ arguments: [String], isForPeople: Bool = false) throws {
    let pipe = "\(project.root)/pipe"
    guard mkfifo(pipe, 0o600) == 0 else { throw Mistake("\(pipe) cannot be made") }
    running = try project.start(["sandbox"] + (isForPeople ? [] : ["--json"]) + arguments, shell: #"exec "$@" > pipe"#)
    guard let reader = FileHandle(forReadingAtPath: pipe) else { throw Mistake("\(pipe) cannot be read") }
    var text = ""
    while !text.hasSuffix("}\n"), !(isForPeople && text.contains("alphavantage:")) {
      let piece = reader.availableData
      guard !piece.isEmpty else { throw Mistake("the sandbox ended before it served: \(text)") }
      text += String(decoding: piece, as: UTF8.self)
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    addresses =
      isForPeople
      ? Addresses(port: 0, binance: "", alphavantage: "", binanceArchive: "", binanceListing: "", ecb: "", sec: "")
      : try decoder.decode(Addresses.self, from: Data(text.utf8))
  }

  /// Names its addresses in a project whose providers nobody has named yet.
  func use(in project: Project) throws {
    try project.replace(/http:\/\/127\.0\.0\.1:9/, with: "BASE", in: "Jobs/config/providers.yaml")
    var text = try project.text("Jobs/config/providers.yaml")
    for address in [
      addresses.binance, addresses.binanceArchive, addresses.binanceListing, addresses.alphavantage, addresses.ecb, addresses.sec,
    ] {
      guard let place = text.range(of: "BASE") else { throw Mistake("providers.yaml names fewer addresses") }
      text.replaceSubrange(place, with: address)
    }
    try project.write(text, to: "Jobs/config/providers.yaml")
  }
}
