import Testing

@testable import Bridging

@Suite struct `The state of an order` {
  private func standing(_ status: String, at: String, execution: String?) throws -> OrderStanding {
    let message = try #require(try TickerMessage(order(execution: execution, status: status, at: at)).order)
    return OrderStanding(of: message, key: EventKey.key(of: message), receivedAt: 0)
  }

  @Test func `is that of the newest event`() throws {
    let new = try standing("new", at: "2022-04-19 17:45:05.000001+00:00", execution: "a")
    let part = try standing("partially_filled", at: "2022-04-19 17:45:05.000002+00:00", execution: "b")
    #expect(new < part)
  }

  @Test(arguments: ["filled", "canceled", "expired", "replaced", "rejected"])
  func `is never taken back from a final one`(status: String) throws {
    let final = try standing(status, at: "2022-04-19 17:45:05+00:00", execution: "a")
    let later = try standing("pending_cancel", at: "2022-04-19 17:45:06+00:00", execution: "b")
    #expect(later < final)
  }

  @Test func `of events of one moment is that in which the order has come farthest`() throws {
    let time = "2022-04-19 17:45:05+00:00"
    let statuses = ["pending_new", "accepted", "new", "partially_filled", "filled"]
    let standings = try statuses.map { try standing($0, at: time, execution: "same") }
    #expect(standings == standings.sorted())
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `is the same in whatever order events come`(seed: UInt64) throws {
    var random = Seeded(seed)
    let statuses = ["new", "partially_filled", "filled", "canceled", "pending_cancel", "done_for_day", "unheard_of"]
    let events = try (0..<40).map { index in
      try standing(statuses.randomElement(using: &random)!, at: "2022-04-19 17:45:0\(index % 5)+00:00", execution: "e\(index)")
    }
    let expected = events.max()
    for _ in 0..<50 {
      let state = events.shuffled(using: &random).reduce(events[7]) { max($0, $1) }
      #expect(state == expected, "seed \(seed)")
    }
  }
}

@Suite struct `The key of an event` {
  private func key(_ text: String) throws -> String { EventKey.key(of: try #require(try TickerMessage(text).order)) }

  @Test func `is its execution's id`() throws {
    #expect(try key(order(execution: "2f63ea93-423d")) == "2f63ea93-423d")
    // A list of the realtime database would be made of bare numbers.
    #expect(try key(order(execution: "20220419")) == "e20220419")
  }

  @Test func `is, without an execution, a print of what happened`() throws {
    let one = try key(order(event: "new", execution: nil))
    #expect(one.wholeMatch(of: /h[0-9a-f]{32}/) != nil)
    // The same every time and everywhere: it is kept for ever.
    #expect(one == "h\(try printed(order(event: "new", execution: nil)))")
    #expect(try key(order(event: "new", execution: nil).replacing(", ", with: ",")) == one)
    #expect(try key(order(event: "new", execution: nil).replacing("\"client_order_id\": \"e", with: "\"client_order_id\": \"f")) == one)
    let others = [
      order(event: "accepted", execution: nil), order(event: "new", execution: nil, id: "b"),
      order(event: "new", execution: nil, status: "new"),
      order(event: "new", execution: nil, at: "2022-04-19 17:45:05.024917+00:00"), order(event: "new", execution: nil, price: "1"),
    ]
    #expect(try Set(others.map(key) + [one]).count == others.count + 1)
  }

  private func printed(_ text: String) throws -> String {
    // FNV-1a of 128 bits, with the prime and the offset written as sums of powers.
    let message = try #require(try TickerMessage(text).order)
    var value = UInt128(144_066_263_297_769_815_596_495_629_667_062_367_629)
    let fields: [OrderMessage.Field] = [
      .status, .filledQuantity, .filledAveragePrice, .updatedAt, .replacedBy, .qty, .limitPrice, .stopPrice,
    ]
    let texts =
      [message.order.id, message.event, String(message.time!.nanoseconds)]
      + [message.price, message.quantity, message.position].map { $0?.text ?? "" } + fields.map { message.order[$0] ?? "" }
    let bytes: [UInt8] = texts.flatMap { (text: String) -> [UInt8] in Array(text.utf8) + [0xFF] }
    for byte in bytes { value = (value ^ UInt128(byte)) &* ((UInt128(1) << 88) + 315) }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
  }

  @Test func `is made by the published hash`() {
    var print = Fingerprint()
    #expect(print.text == "6c62272e07bb014262b821756295c58d")
    print.add("")
    #expect(print.text != "6c62272e07bb014262b821756295c58d")
  }
}

@Suite struct `A number of a feed` {
  @Test(arguments: [
    ("101.25", "101.25"), ("1e3", "1e3"), ("0.1000000000000000055", "\"0.1000000000000000055\""), ("123456789012345", "123456789012345"),
  ])
  func `is told as a number only where a double holds its digits`(text: String, json: String) {
    #expect(FeedNumber(text, isNumeral: true)?.json == json)
    #expect(FeedNumber(text)?.json == "\"\(text)\"")
  }

  @Test(arguments: ["1", "-1", "+1", "1.", ".5", "1E+3", "0E-8", "1e-05"])
  func `is read as Python and people write it`(text: String) { #expect(FeedNumber(text)?.text == text) }

  @Test(arguments: ["", ".", "-", "1e", "1e99999", "0x10", "1_000", "1 ", "inf", "nan", "１"])
  func `is none when it is anything else`(text: String) { #expect(FeedNumber(text) == nil) }
}
