import Foundation
import JobFiles
import JobGraph
import Storage
import Transport

extension Workspace {
  /// The sandbox has backups of its own.
  var backups: BackupStore { BackupStore(folder: "\(data)/backups", rawStore: rawStore) }

  /// The key `backup`, and those of older backups under `backup_ID`.
  /// - Throws: ``Failure`` when a key is there that cannot be used: a backup is never left open because of a wrong mode.
  func backupKeys() throws -> BackupKeys {
    let store = SecretStore(folder: secrets)
    let current = try BackupKeyText.key("backup", in: store)
    return BackupKeys(current: current) { id in
      // One that cannot be used is as good as none: then the message names it.
      try? BackupKeyText.key("backup_\(id)", in: store)
    }
  }

  /// The same for a step, whose failures are a task's.
  func backupKeysForTask() throws -> BackupKeys {
    do {
      return try backupKeys()
    } catch let failure as Failure {
      throw TaskFailure(.credentials, failure.message)
    }
  }
}

/// A key of backups as people store it.
enum BackupKeyText {
  static let advice = "it must have 64 hexadecimal digits; `openssl rand -hex 32 | jobs secrets set backup` makes and stores one"

  static func isName(_ name: String) -> Bool { name.wholeMatch(of: /backup(_[0-9a-f]{8})?/) != nil }

  /// - Returns: nil when none is set.
  /// - Throws: ``Failure`` when one is set and cannot be used.
  static func key(_ name: String, in store: SecretStore) throws -> BackupKey? {
    guard store.isSet(name) else { return nil }
    switch store.secret(name) {
    case .missing(let sentence): throw Failure(.credentials, sentence)
    case .found(let secret, let warning):
      if let warning { Output.say("warning: \(warning)") }
      guard let key = secret.reveal({ BackupKey($0) }) else {
        throw Failure(.credentials, "the key `\(name)` is no key for backups: \(advice)")
      }
      return key
    }
  }
}
