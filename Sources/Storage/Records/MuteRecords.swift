internal import GRDB
public import JobGraph
public import Scheduling

extension WarehouseTransaction {
  /// - Parameter channel: its name, or ``ChannelMutes/all``. A mute that it has already keeps its beginning.
  public func mute(channel: String, until: Instant, at now: Instant) throws {
    try database.execute(sql: "DELETE FROM muted_channels WHERE until <= ?", arguments: [now.milliseconds])
    try database.execute(
      sql: "INSERT INTO muted_channels (channel, since, until) VALUES (?, ?, ?) ON CONFLICT (channel) DO UPDATE SET until = excluded.until",
      arguments: [channel, now.milliseconds, until.milliseconds])
    try holdMuted(at: now)
  }

  /// - Returns: whether it was muted.
  public func unmute(channel: String, at now: Instant) throws -> Bool {
    // Marked first: what was held is told as such.
    try holdMuted(at: now)
    try database.execute(sql: "DELETE FROM muted_channels WHERE channel = ? AND until > ?", arguments: [channel, now.milliseconds])
    return database.changesCount > 0
  }

  /// Says of what waits in muted channels that it was held.
  public func holdMuted(at now: Instant) throws {
    try database.execute(
      sql: """
        UPDATE notifications SET muted_since = (
          SELECT min(since) FROM muted_channels WHERE channel IN (notifications.channel, '*') AND until > ?1)
        WHERE state = 'waiting' AND muted_since IS NULL
          AND EXISTS (SELECT 1 FROM muted_channels WHERE channel IN (notifications.channel, '*') AND until > ?1)
        """, arguments: [now.milliseconds])
  }
}

extension WarehouseReader {
  public func channelMutes() throws -> ChannelMutes {
    let rows = try Row.fetchAll(database, sql: "SELECT channel, since, until FROM muted_channels")
    return ChannelMutes(
      Dictionary(
        uniqueKeysWithValues: rows.map {
          ($0[0], ChannelMutes.Mute(since: Instant(milliseconds: $0[1]), until: Instant(milliseconds: $0[2])))
        }))
  }
}
