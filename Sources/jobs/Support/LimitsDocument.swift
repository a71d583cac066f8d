import Foundation
import JobFiles
import Scheduling

/// Where the limits stand, for programs.
struct LimitsDocument: Encodable {
  let schema = "jobs.limits/1"
  let at: String
  /// The zone of the local times: this machine's.
  let zone: String
  /// Of the request that `next_request` is about.
  let weight: Int
  let providers: [Provider]

  struct Provider: Encodable {
    let provider: String
    let host: String?
    /// Null when a request of this weight never fits.
    let nextRequest: LocalMoment?
    /// What it waits for.
    let obstacle: String?
    let limits: [Limit]
    let pause: Pause?
    let breaker: Breaker
  }

  struct Limit: Encodable {
    let limit: String
    /// `weight` or `requests`.
    let unit: String
    let used: Int
    /// Our share of the capacity.
    let allowed: Int
    let capacity: Int
    let remaining: Int
    /// When all that is used now has been given back; the moment asked about when nothing is.
    let resetsAt: LocalMoment
  }

  struct Pause: Encodable {
    let until: LocalMoment
    let reason: String
  }

  struct Breaker: Encodable {
    /// `closed`, `open` or `half_open`.
    let state: String
    /// In a row.
    let failures: Int
    let until: LocalMoment?
  }

  init(_ standings: [ProviderStanding], weight: Int, at now: Instant) {
    (at, zone, self.weight) = (now.iso8601, TimeZone.current.identifier, weight)
    providers = standings.map { standing in
      Provider(
        provider: standing.provider.name, host: standing.provider.baseURL.host(),
        nextRequest: standing.nextRequest.map { LocalMoment($0) }, obstacle: standing.obstacle,
        limits: standing.limits.map {
          Limit(
            limit: $0.limit.name, unit: $0.limit.unit.rawValue, used: $0.used, allowed: $0.limit.usable, capacity: $0.limit.capacity,
            remaining: $0.remaining, resetsAt: LocalMoment($0.resetsAt))
        },
        pause: standing.pause.map { Pause(until: LocalMoment($0.end), reason: $0.reason) }, breaker: Breaker(standing))
    }
  }
}

extension LimitsDocument.Breaker {
  fileprivate init(_ standing: ProviderStanding) {
    failures = standing.breaker.failures
    switch standing.breakerState {
    case .closed: (state, until) = ("closed", nil)
    case .open(let end): (state, until) = ("open", LocalMoment(end))
    case .halfOpen: (state, until) = ("half_open", nil)
    }
  }
}

/// A moment in UTC and on the clock of this machine.
struct LocalMoment: Encodable {
  let utc: String
  let local: String

  init(_ instant: Instant) {
    (utc, local) = (instant.iso8601, instant.iso8601(in: .current))
  }

  /// `2026-01-16T05:00:00Z`, and the local time where it is another.
  var text: String { TimeZone.current.secondsFromGMT() == 0 ? utc : "\(utc) (\(local) here)" }
}
