public import Foundation

extension Instant {
  /// ISO 8601 on a zone's wall clock with its offset: `2026-03-08T03:00:00-04:00`; milliseconds are written only where they are not
  /// zero. An offset of zero is written `+00:00`, and one with seconds (`-00:44:30`, Monrovia until 1972) with them.
  public func iso8601(in zone: TimeZone) -> String {
    let offset = ScheduleZone(zone).offset(at: wholeSeconds)
    let local = Instant(milliseconds: milliseconds + Int64(offset) * 1000)
    let size = abs(offset)
    let seconds = size % 60 == 0 ? "" : ":" + twoDigits(size % 60)
    return local.iso8601.dropLast() + (offset < 0 ? "-" : "+") + twoDigits(size / 3600) + ":" + twoDigits(size / 60 % 60) + seconds
  }
}

/// A minute on a wall clock.
struct WallTime {
  let seconds: Int

  /// `02:30`, with its date in front when that is not the day beside it.
  /// - Parameter day: days since 1970-01-01.
  func name(besideDay day: Int) -> String {
    let own = seconds.dividedDown(by: 86_400)
    let rest = seconds - own * 86_400
    let time = twoDigits(rest / 3600) + ":" + twoDigits(rest / 60 % 60)
    return own == day ? time : "\(CivilDate(daysSinceEpoch: own)) \(time)"
  }
}

func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
