import Foundation
import JobGraph
import Notifying
import Scheduling
import Storage

/// Notifications that go out as one message.
struct NotificationBatch: Sendable {
  let rows: [StoredNotification]
  /// The same at every attempt.
  let id: String

  var channel: String { rows[0].telling.channel }
  var ids: [Int64] { rows.map(\.id) }
  /// Parts of the message that have arrived.
  var parts: Int { rows.map(\.parts).min() ?? 0 }
  var attempts: Int { rows.map(\.attempts).max() ?? 0 }

  private init(_ rows: [StoredNotification]) {
    self.rows = rows
    let keys = rows.map { row in
      [
        row.telling.rule, row.telling.channel, row.telling.recipient, row.telling.notice.cause, row.telling.notice.subject,
        row.telling.notice.word,
      ].joined(separator: "\u{0}")
    }
    id = rows[0].message ?? String(RawStore.hash(of: Array(keys.sorted().joined(separator: "\n").utf8)).prefix(32))
  }

  /// What is due for one recipient goes together. A report goes by itself, in its own form, unless it was held back; and what was tried
  /// before goes as it was.
  static func batches(of rows: [StoredNotification]) -> [NotificationBatch] {
    var (groups, order): ([[String]: [StoredNotification]], [[String]]) = ([:], [])
    for row in rows {
      let isReport = row.telling.notice.kind == .verdict && row.telling.notBefore == nil && row.mutedSince == nil
      let key = [row.telling.channel, row.telling.recipient, row.message ?? (isReport ? "\(row.id)" : "")]
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(row)
    }
    return order.map { NotificationBatch(groups[$0]!) }
  }

  /// - Parameters:
  ///   - reports: the folder that reports lie in.
  ///   - attaches: whether the report goes along.
  func message(reports: String, attaches: Bool) -> Message {
    let notices = rows.map(\.telling.notice)
    let worst = notices.map(\.severity).max() ?? .info
    let first = notices.first { $0.severity == worst }?.title ?? ""
    let only = notices.count == 1 ? notices[0] : nil
    let folder = only?.report.map { "\(reports)/\($0)" }
    // A report that was pruned or made anew meanwhile is told in the words that were kept.
    let html = folder.flatMap { FileManager.default.contents(atPath: "\($0)/mail.html") }.map { String(decoding: $0, as: UTF8.self) }
    let page = attaches ? folder.flatMap { FileManager.default.contents(atPath: "\($0)/index.html") } : nil
    return Message(
      id: id, recipient: rows[0].telling.recipient, severity: Message.Severity(rawValue: worst.rawValue) ?? .warning,
      title: notices.count == 1 ? first : "\(first) (and \(notices.count - 1) more)",
      sections: notices.map { .init(kind: $0.kind.rawValue, job: $0.job, cause: $0.cause, title: $0.title, lines: $0.lines) }, html: html,
      attachments: page.map { [.init(name: "report.html", type: "text/html; charset=utf-8", bytes: [UInt8]($0))] } ?? [],
      date: rows.map(\.queuedAt).min() ?? rows[0].queuedAt, remark: mutedRemark)
  }

  /// What a mute has held back is told as such: it is not news.
  private var mutedRemark: String? {
    let held = rows.compactMap(\.mutedSince)
    guard let since = held.min() else { return nil }
    return "Held back while the channel was muted, since \(since): \(held.count == 1 ? "1 message" : "\(held.count) messages")."
  }
}
