/// Takes secrets out of text that will be written down: logs, messages, stored bodies.
///
/// Hidden are the secrets it was given, in any mixture of plain, percent-encoded and JSON-escaped characters, and what has the shape of
/// one: the values of `apikey`, `key`, `access_token`, `auth`, `signature` and `token` in a query, a bearer token, and the tokens in
/// the paths of Telegram, Slack and Discord.
public struct Redactor: Sendable {
  /// What stands where a secret stood.
  public static let mark = "***"

  private var patterns: [SecretPattern] = []

  public init(_ secrets: [Secret] = []) {
    secrets.forEach { register($0) }
  }

  /// Hides this secret too. An empty one is nothing to hide.
  public mutating func register(_ secret: Secret) {
    guard let pattern = secret.reveal({ SecretPattern($0) }) else { return }
    patterns.append(pattern)
    patterns.sort { $0.count > $1.count }
  }

  /// The text without its secrets; the rest is as it was.
  /// - Complexity: O(length × secrets).
  public func redacted(_ text: String) -> String {
    redacted(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } ?? text
  }

  /// A body without its secrets. In what is not UTF-8, such as an archive, shapes are not looked for: chance would find some.
  /// - Returns: nil when there is nothing to hide, so that the body may be kept as it came.
  public func redacted(_ body: [UInt8]) -> [UInt8]? {
    let isText = body.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) != nil }
    return hide(in: body) { span in
      longestSecret(in: span) ?? (isText ? SecretShape.match(in: span) : nil)
    }
  }

  private func longestSecret(in span: Cursor) -> Range<Int>? {
    for pattern in patterns {
      if let end = pattern.match(span) { return span.index..<end }
    }
    return nil
  }

  /// Replaces what `find` finds at each place; nil when it finds nothing.
  private func hide(in bytes: [UInt8], find: (Cursor) -> Range<Int>?) -> [UInt8]? {
    bytes.withUnsafeBufferPointer { bytes in
      var (output, kept, index): ([UInt8], Int, Int) = ([], 0, 0)
      while index < bytes.count {
        guard let found = find(Cursor(bytes: bytes, index: index)) else {
          index += 1
          continue
        }
        output += bytes[kept..<found.lowerBound]
        output += Redactor.mark.utf8
        (kept, index) = (found.upperBound, max(found.upperBound, index + 1))
      }
      return output.isEmpty ? nil : output + bytes[kept...]
    }
  }
}

extension HTTPRequest {
  /// The URL without what is secret in its query or path: for logs. ``secretQuery`` is not part of it.
  public var redactedURL: String { Redactor(secretQuery.map(\.secret)).redacted(url) }
}
