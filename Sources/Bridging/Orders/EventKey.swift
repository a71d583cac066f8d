/// The key by which an event of an order is known: what is told twice is stored once.
public enum EventKey {
  /// The execution's id; where there is none a fingerprint of what happened, which a repeated message has too.
  ///
  /// It can name a place of the tree: it is never only digits.
  public static func key(of message: OrderMessage) -> String {
    if let id = message.executionID { return id.utf8.allSatisfy { $0 &- 0x30 < 10 } ? "e\(id)" : id }
    var print = Fingerprint()
    print.add(message.order.id)
    print.add(message.event)
    print.add(message.time.map { String($0.nanoseconds) } ?? "")
    for number in [message.price, message.quantity, message.position] { print.add(number?.text ?? "") }
    for field in [OrderMessage.Field.status, .filledQuantity, .filledAveragePrice, .updatedAt, .replacedBy, .qty, .limitPrice, .stopPrice] {
      print.add(message.order[field] ?? "")
    }
    return "h\(print.text)"
  }
}

/// 128 bits of FNV-1a, the same on every machine and in every version: keys are kept for ever.
/// - Source: Fowler, Noll, Vo, draft-eastlake-fnv, section 5.
struct Fingerprint {
  private var value: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

  mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
    // Texts do not run into each other: no UTF-8 has this byte.
    add(0xFF)
  }

  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
  }

  private mutating func add(_ byte: UInt8) {
    value = (value ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013B
  }
}
