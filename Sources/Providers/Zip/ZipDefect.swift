/// Why a zip archive, or one entry of it, is not read.
public enum ZipDefect: Error, Sendable, Equatable {
  /// It has no end-of-central-directory record that closes the file.
  case notAnArchive
  /// Sizes or offsets beyond 4 GiB, or the records that state them.
  case zip64
  /// Parts on other disks.
  case severalDisks
  case tooManyEntries(Int, max: Int)
  /// The directory does not lie where the end record says, or does not fill its place.
  case brokenDirectory
  /// The local header says something else than the directory.
  case headersDisagree
  /// Its bytes overlap those of another entry, or the directory.
  case overlapping
  case encrypted
  /// A method other than stored and deflate.
  case unknownMethod(Int)
  /// Absolute, with `..`, a backslash, a drive or a control character, or not UTF-8.
  case unsafeName
  case duplicateName
  case symbolicLink
  /// A folder has no contents.
  case folder
  case tooLarge(Int, max: Int)
  /// So many bytes for each compressed byte.
  case tooDense(ratio: Int, max: Int)
  /// The compressed bytes end early, go on behind their end, or are no deflate stream.
  case brokenStream
  case wrongSize
  case wrongChecksum
}

extension ZipDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notAnArchive: "it is no whole zip archive"
    case .zip64: "it uses zip64, which no file of this size needs"
    case .severalDisks: "it is a part of an archive over several disks"
    case .tooManyEntries(let count, let max): "it has \(count) entries; \(max) are allowed"
    case .brokenDirectory: "its directory does not lie where it should"
    case .headersDisagree: "the header of the entry differs from the directory"
    case .overlapping: "the entry overlaps another one or the directory"
    case .encrypted: "the entry is encrypted"
    case .unknownMethod(let method): "the entry is compressed by method \(method); stored and deflate are known"
    case .unsafeName: "the name of the entry leads out of its folder"
    case .duplicateName: "another entry has the same name"
    case .symbolicLink: "the entry is a symbolic link"
    case .folder: "the entry is a folder"
    case .tooLarge(let bytes, let max): "the entry has \(bytes) bytes; \(max) are allowed"
    case .tooDense(let ratio, let max): "the entry unpacks to \(ratio) times its size; \(max) times is allowed"
    case .brokenStream: "the compressed bytes of the entry are damaged"
    case .wrongSize: "the entry has another size than the directory says"
    case .wrongChecksum: "the checksum (CRC) of the entry is wrong"
    }
  }
}
