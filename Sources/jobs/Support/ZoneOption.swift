import Foundation
import JobGraph
import Reporting

/// Time zones by name.
enum ZoneOption {
  /// - Throws: ``Failure`` when no zone has this name.
  static func zone(_ name: String, option: String = "--zone") throws -> TimeZone {
    guard let zone = TimeZone(identifier: name) else {
      throw Failure(
        .usage,
        "\(option): no time zone is called `\(VisibleText.shown(name))`; write a name of the IANA database, such as Europe/Berlin or UTC")
    }
    return zone
  }

  /// The zone in which cron(8) reads a crontab: that of /etc/localtime, whatever TZ says to this process.
  /// - Throws: ``Failure`` when the system does not tell its name.
  static func system() throws -> TimeZone {
    let files = FileManager.default
    if let target = try? files.destinationOfSymbolicLink(atPath: "/etc/localtime"),  // no link: the name stands elsewhere, see below
      let range = target.range(of: "zoneinfo/"), let zone = TimeZone(identifier: String(target[range.upperBound...]))
    {
      return zone
    }
    if let data = files.contents(atPath: "/etc/timezone"),
      let zone = TimeZone(identifier: String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    {
      return zone
    }
    // Without the file the C library goes by UTC.
    guard files.fileExists(atPath: "/etc/localtime") else { return .gmt }
    throw Failure(
      .configuration,
      "neither /etc/localtime nor /etc/timezone names the system's zone, in which cron(8) reads its lines; give --system-zone")
  }
}
