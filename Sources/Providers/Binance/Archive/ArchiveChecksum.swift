/// Reads a `.CHECKSUM` file: `<64 hexadecimal digits><two blanks><file name>`, as sha256sum writes it.
enum ArchiveChecksum {
  /// - Parameter name: of the file that it must be about.
  /// - Returns: the SHA-256 in lower case; nil when the text is no such line.
  static func read(_ bytes: [UInt8], of name: String) -> String? {
    guard bytes.count <= 512 else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\r\n" || $0 == "\t" })
    guard words.count == 2, words[0].utf8.count == 64, words[0].utf8.allSatisfy(isHexadecimal) else { return nil }
    // sha256sum marks binary mode by a star.
    let file = words[1].hasPrefix("*") ? words[1].dropFirst() : words[1]
    return file == name ? words[0].lowercased() : nil
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
    default: false
    }
  }
}
