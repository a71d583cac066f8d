import Foundation
import JobFiles
import Transport

/// Where keys come from: systemd's credentials, then a file of the owner's alone, then the environment.
struct SecretStore {
  let folder: String
  private let environment = ProcessInfo.processInfo.environment

  /// What was found under a name.
  enum Finding {
    case found(Secret, warning: String?)
    /// Why not, and how to set one.
    case missing(String)
  }

  /// Whether there is something under a name, usable or not.
  func isSet(_ name: String) -> Bool {
    var status = stat()
    let places = [environment["CREDENTIALS_DIRECTORY"], folder].compactMap(\.self)
    return places.contains { lstat("\($0)/\(name)", &status) == 0 } || environment["JOBS_SECRET_\(name.uppercased())"]?.isEmpty == false
  }

  func secret(_ name: String) -> Finding {
    if let credentials = environment["CREDENTIALS_DIRECTORY"], let secret = read("\(credentials)/\(name)") {
      return .found(secret, warning: nil)
    }
    let path = "\(folder)/\(name)"
    if FileManager.default.fileExists(atPath: path) { return secret(inFile: path) }
    let variable = "JOBS_SECRET_\(name.uppercased())"
    if let text = environment[variable], !text.isEmpty {
      return .found(
        Secret(text), warning: "the key `\(name)` comes from \(variable), which other processes can see; a file is safer: \(hint(name))")
    }
    return .missing("no key `\(name)` is set; \(hint(name))")
  }

  /// A file that others can read is not used: its key may be known.
  private func secret(inFile path: String) -> Finding {
    var status = stat()
    guard lstat(path, &status) == 0 else { return .missing("\(path) cannot be read: \(String(cString: strerror(errno)))") }
    guard status.st_mode & S_IFMT == S_IFREG else { return .missing("\(path) is no plain file; put the key itself there") }
    guard status.st_mode & 0o077 == 0 else {
      return .missing("\(path) can be read by others, so its key is not used; `chmod 600 \(path)`")
    }
    guard let secret = read(path) else { return .missing("\(path) is empty or cannot be read") }
    // Only root gets here with the file of another, who may know the key and exchange it.
    let isOurs = status.st_uid == geteuid()
    return .found(secret, warning: isOurs ? nil : "\(path) belongs to the user \(status.st_uid); `chown \(geteuid()) \(path)`")
  }

  private func read(_ path: String) -> Secret? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty ? nil : Secret(text)
  }

  private func hint(_ name: String) -> String {
    if name == RealtimeConfiguration.secretName {
      return "make a key for a service account in the Google Cloud console and store its file with `jobs secrets set \(name) < key.json`"
    }
    let source = name == "alphavantage" ? "a free one takes a minute at https://www.alphavantage.co/support/#api-key; " : ""
    return "\(source)store it with `jobs secrets set \(name)`"
  }
}
