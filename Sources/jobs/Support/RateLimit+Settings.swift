import Foundation
import JobFiles
import JobGraph
import Scheduling

extension ProvidersConfiguration {
  /// The limits of every provider.
  /// - Throws: ``Failure`` for a limit that cannot be one.
  func rateLimits() throws -> [String: [RateLimit]] {
    do {
      return Dictionary(
        uniqueKeysWithValues: try providers.map { provider in
          (provider.name, try provider.limits.map { try RateLimit($0, of: provider) })
        })
    } catch {
      throw Failure(.configuration, "Jobs/config/providers.yaml: \(error)")
    }
  }

  /// The longest that a request of each provider can be on its way.
  var leases: [String: Duration] { Dictionary(uniqueKeysWithValues: providers.map { ($0.name, $0.timeout) }) }
}

extension RateLimit {
  /// What a line of `limits:` means.
  init(_ setting: ProvidersConfiguration.LimitSetting, of provider: ProvidersConfiguration.Provider) throws {
    let unit: Unit = setting.unit == .weight ? .weight : .requests
    let window: Window
    if setting.unit == .concurrent {
      window = .inFlight(lease: provider.timeout)
    } else if let zone = setting.resetZone.flatMap({ TimeZone(identifier: $0) }), setting.per == .days(1) {
      window = .daily(zone)
    } else {
      window = setting.isRolling ? .rolling(setting.per) : .fixed(setting.per)
    }
    // A limit of a few requests cannot be shared: the share is for the large ones.
    let share = setting.amount >= 100 && setting.unit != .concurrent ? provider.safetyShare : 1
    let reported = provider.usageHeader.map { RateLimit.lengthReported(by: $0) ?? setting.per }
    try self.init(
      name: "\(unit.rawValue) \(window)", capacity: setting.amount, unit: unit, window: window, share: share,
      isReported: unit == .weight && reported == setting.per)
  }

  /// The window that a header like `x-mbx-used-weight-1m` speaks of; nil when its name does not tell.
  private static func lengthReported(by header: String) -> Duration? {
    let seconds: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let last = header.split(separator: "-").last, let unit = last.last.flatMap({ seconds[$0] }), let count = Int(last.dropLast()),
      count > 0, count < 1_000_000
    else { return nil }
    return .seconds(count * unit)
  }
}
