/// The SHA-256 of a file, read once in pieces.
public enum FileHash {
  /// - Returns: 64 hexadecimal digits.
  /// - Throws: ``FileError``.
  public static func sha256(of path: String) throws(FileError) -> String {
    let hash = SHA256()
    let file = try FileReader(path, hash: hash)
    while try !file.read(1 << 20).isEmpty {}
    return Hex.text(hash.end())
  }
}
