import Foundation
import Testing

@testable import Bridging

/// A message as the bots write it.
func order(
  event: String = "fill", execution: String? = "2f63ea93-423d-4169-b3f6-3fdafc10c418", id: String = "a5be8f5e-fdfa-41f5-a644-7a74fe947a8f",
  status: String = "filled", at: String = "2022-04-19 17:45:05.024916+00:00", price: String? = "105.8988475", symbol: String = "SOLUSD",
  extra: String = ""
) -> String {
  func text(_ value: String?) -> String { value.map { "\"\($0)\"" } ?? "null" }
  return """
    {"type": "order", "timestamp": "\(at)", "symbol": "\(symbol)", "order_data": {"event": "\(event)", "execution_id": \(text(execution)), \
    "timestamp": "\(at)", "position_qty": "0", "price": \(text(price)), "qty": "1790.86", "order": {"id": "\(id)", \
    "client_order_id": "eb9e2aaa-f71a-4f51-b5b4-52a6c565dad4", "asset_id": "64bbff51-59d6-4b3c-9351-13ad85e3c752", "symbol": "\(symbol)", \
    "created_at": "2022-04-19 17:45:04.000001+00:00", "updated_at": "\(at)", "submitted_at": "None", "filled_at": null, "expired_at": null, \
    "canceled_at": null, "failed_at": null, "replaced_at": null, "replaced_by": null, "replaces": null, "asset_class": "crypto", \
    "notional": null, "qty": "1790.86", "filled_qty": "1790.86", "filled_avg_price": "105.8988475", "limit_price": null, "stop_price": null, \
    "trail_percent": null, "trail_price": null, "hwm": null, "order_class": "", "order_type": "market", "side": "sell", \
    "time_in_force": "gtc", "status": "\(status)", "extended_hours": false, "legs": null, "source": "alpaca"\(extra)}}}
    """
}

extension TickerMessage {
  init(_ text: String) throws(MessageDefect) { try self.init(Array(text.utf8)) }

  var price: PriceMessage? { if case .price(let price) = self { price } else { nil } }
  var order: OrderMessage? { if case .order(let order) = self { order } else { nil } }
}

/// A generator that a printed number starts again.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

/// A folder that is gone with the value.
final class Folder: Sendable {
  let path = FileManager.default.temporaryDirectory.appending(path: "bridging-\(UUID().uuidString)").path()

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  // What cannot be deleted is the system's to clean.
  deinit { try? FileManager.default.removeItem(atPath: path) }
}
