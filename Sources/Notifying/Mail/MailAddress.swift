/// `jobs@example.com`, perhaps with a name: `Market jobs <jobs@example.com>`.
public struct MailAddress: Sendable, Equatable {
  public let name: String?
  /// ASCII, as it goes between `<` and `>` to the server.
  public let address: String

  /// - Returns: nil for what is no address, and for one outside ASCII (that would need SMTPUTF8, which few servers offer).
  public init?(_ text: String) {
    guard let open = text.firstIndex(of: "<") else {
      guard Self.isAddress(text) else { return nil }
      (name, address) = (nil, text)
      return
    }
    let inner = text[text.index(after: open)...].dropLast()
    var name = String(text[..<open])
    while name.last == " " { name.removeLast() }
    guard text.last == ">", Self.isAddress(String(inner)), !name.contains(where: { $0.isNewline }), name == name.asOneLine,
      !name.contains("\"")
    else { return nil }
    (self.name, address) = (name.isEmpty ? nil : name, String(inner))
  }

  /// What is behind the `@`.
  public var domain: String { String(address[address.index(after: address.lastIndex(of: "@")!)...]) }

  /// For a header: the name as words of RFC 2047 or in quotes.
  var header: String {
    guard let name else { return address }
    let isPlain = name.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }
    return (isPlain ? "\"\(name)\"" : HeaderWords.encoded(name, first: 6).joined(separator: "\r\n ")) + " <\(address)>"
  }

  /// A dot-atom, `@`, and a domain: RFC 5322, section 3.4.1, without quoted parts and comments.
  private static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, text.utf8.count <= 254, parts[0].utf8.count <= 64 else { return false }
    func isDotted(_ part: Substring, _ others: String) -> Bool {
      part.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
        !atom.isEmpty
          && atom.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || others.utf8.contains($0) }
      }
    }
    return isDotted(parts[0], "!#$%&'*+-/=?^_`{|}~") && isDotted(parts[1], "-")
  }
}

/// Texts in headers: RFC 2047, base64 words of UTF-8, at most 75 characters each.
enum HeaderWords {
  /// - Parameter first: columns that are taken on the first line.
  static func encoded(_ text: String, first: Int) -> [String] {
    let frame = "=?UTF-8?B?".utf8.count + 2
    var (words, bytes, room) = ([String](), [UInt8](), (75 - frame - first) / 4 * 3)
    func close() {
      if !bytes.isEmpty { words.append("=?UTF-8?B?\(Base64.text(bytes))?=") }
      (bytes, room) = ([], (75 - frame) / 4 * 3)
    }
    // A character is never cut: some mail programs decode word by word.
    for scalar in text.unicodeScalars {
      let encoded = Array(String(scalar).utf8)
      if bytes.count + encoded.count > room { close() }
      bytes += encoded
    }
    close()
    return words
  }
}
