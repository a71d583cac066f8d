public import Scheduling

/// How moments and lengths of time are written for people. Always UTC, always the same words, whatever the locale.
public enum TimeStyle {
  static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// `20 Nov 2026`
  public static func date(_ instant: Instant) -> String {
    let day = instant.utcDay
    return "\(day.day) \(months[day.month - 1]) \(day.year)"
  }

  /// `2026-11-20`
  public static func isoDate(_ instant: Instant) -> String { instant.utcDay.description }

  /// `2026-11-20 02:30 UTC`; seconds only where they are not zero.
  public static func moment(_ instant: Instant) -> String { "\(barTime(instant, daily: false)) UTC" }

  /// The open time of a bar: `2026-11-20` where all bars of the table are of whole days, else `2026-11-20 02:30`.
  public static func barTime(_ instant: Instant, daily: Bool) -> String {
    daily ? isoDate(instant) : "\(isoDate(instant)) \(clock(instant))"
  }

  /// `02:30`, or `02:30:07` where the seconds are not zero.
  public static func clock(_ instant: Instant) -> String {
    let seconds = Int((instant.milliseconds - instant.utcDay.midnight.milliseconds) / 1000)
    let time = "\(two(seconds / 3600)):\(two(seconds / 60 % 60))"
    return seconds % 60 == 0 ? time : time + ":\(two(seconds % 60))"
  }

  /// `250 ms`, `6.1 s`, `4m31s`, `2h05m`, `3d04h`; a minus before what is below zero.
  public static func length(_ duration: Duration) -> String {
    let milliseconds = duration.milliseconds
    if milliseconds < 0 { return "\u{2212}" + length(.zero - duration) }
    if milliseconds < 1000 { return "\(milliseconds) ms" }
    if milliseconds < 59_950 { return NumberStyle(decimals: 1).text(Double(milliseconds) / 1000) + " s" }
    let seconds = (milliseconds + 500) / 1000
    if seconds < 3600 { return "\(seconds / 60)m\(two(Int(seconds % 60)))s" }
    if seconds < 86_400 { return "\(seconds / 3600)h\(two(Int(seconds / 60 % 60)))m" }
    return "\(seconds / 86_400)d\(two(Int(seconds / 3600 % 24)))h"
  }

  /// A length of time on a terminal, in one system of units: `0.2 s`, `41 s`, `4m31s`, `2h05m`, `3d04h`.
  /// - Parameter seconds: what is below zero or not finite reads `0.0 s`: clocks may be set back.
  public static func short(seconds: Double) -> String {
    guard seconds.isFinite, seconds > 0 else { return "0.0 s" }
    let tenths = Int64((min(seconds, 1e12) * 10).rounded())
    if tenths < 100 { return "\(tenths / 10).\(tenths % 10) s" }
    let whole = Int64(min(seconds, 1e12).rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60)m\(two(Int(whole % 60)))s" }
    if whole < 86_400 { return "\(whole / 3600)h\(two(Int(whole / 60 % 60)))m" }
    return "\(whole / 86_400)d\(two(Int(whole / 3600 % 24)))h"
  }

  static func isMidnight(_ instant: Instant) -> Bool { instant == instant.utcDay.midnight }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
