import Testing

@testable import Bridging

@Suite struct `A message of a ticker channel` {
  @Test(arguments: [
    (#"{"type":"price","timestamp":"1745000000.123","price":101.25,"volume":null,"symbol":"AAPL"}"#, "101.25", nil, "1745000000.123"),
    (#"{"symbol":"AAPL","volume":"12","price":"101.250","timestamp":1745000000123,"type":"price"}"#, "101.250", "12", "1745000000123"),
    (#" { "type" : "price" , "symbol" : "AAPL" , "price" : null } "#, nil, nil, nil),
    (#"{"type":"price","symbol":"AAPL","price":"None","timestamp":"None"}"#, nil, nil, nil),
    (
      #"{"type":"price","symbol":"AAPL","price":0.1000000000000000055511151231257827,"volume":1e3}"#,
      "0.1000000000000000055511151231257827", "1e3", nil
    ),
    (#"{"type":"price","symbol":"AAPL","price":-1.5,"other":{"a":[1,{"b":null}]},"x":"\u00e9\n"}"#, "-1.5", nil, nil),
    (#"{"\u0074ype":1,"type":"pri\u0063e","symbol":"AA\u0050L","price":"7"}"#, "7", nil, nil),
  ])
  func `of the kind price keeps the digits that were sent`(text: String, price: String?, volume: String?, time: String?) throws {
    let message = try #require(try TickerMessage(text).price)
    #expect(message.symbol == "AAPL" && message.price?.text == price && message.volume?.text == volume && message.time?.text == time)
  }

  @Test func `of the kind order is read as it is documented`() throws {
    let message = try #require(try TickerMessage(order()).order)
    #expect(message.symbol == "SOLUSD" && message.event == "fill" && message.executionID == "2f63ea93-423d-4169-b3f6-3fdafc10c418")
    #expect(message.price?.text == "105.8988475" && message.quantity?.text == "1790.86" && message.position?.text == "0")
    #expect(message.time?.nanoseconds == 1_650_390_305_024_916_000)
    #expect(message.order.id == "a5be8f5e-fdfa-41f5-a644-7a74fe947a8f" && message.order.status == "filled" && message.order.side == "sell")
    #expect(
      message.order[.filledAveragePrice] == "105.8988475" && message.order[.orderClass] == "" && message.order[.assetClass] == "crypto")
    // The text None and null are nothing.
    #expect(message.order[.submittedAt] == nil && message.order[.limitPrice] == nil && message.order[.extendedHours] == "false")
  }

  @Test func `of the kind order is a text in all its parts, however its kind is written`() {
    for kind in ["order", #"or\u0064er"#] {
      var bytes = Array(order(extra: #","padding":"?""#).replacing(#""type": "order""#, with: #""type": "\#(kind)""#).utf8)
      bytes[bytes.lastIndex(of: 0x3F)!] = 0xFF
      #expect(throws: MessageDefect.notUTF8) { _ = try TickerMessage(bytes) }
    }
  }

  @Test func `of the kind order has a clean symbol, also where only the order has one`() throws {
    let outer = #""symbol": "SOLUSD", "order_data""#
    #expect(order().contains(outer))
    let inner = order().replacing(outer, with: #""order_data""#)
    #expect(try TickerMessage(inner).order?.symbol == "SOLUSD")
    for (symbol, defect) in [(#"A\u0001"#, MessageDefect.badName("order.symbol")), ("", .badName("order.symbol"))] {
      #expect(throws: defect) { _ = try TickerMessage(inner.replacing("SOLUSD", with: symbol)) }
    }
  }

  @Test(arguments: [
    ("12.50", "12.50"), ("1e-7", "1e-7"), ("0", "0"), ("0.0e-999", "0.0e-999"), ("1e-400", #""1e-400""#), ("1e400", #""1e400""#),
    ("1234567890123456", #""1234567890123456""#),
  ])
  func `has numbers that are numbers again only where a double holds them`(text: String, json: String) {
    #expect(FeedNumber(text, isNumeral: true)?.json == json)
  }

  @Test func `of an event that nobody knows is kept`() throws {
    let message = try #require(try TickerMessage(order(event: "teleported", execution: nil, status: "elsewhere", price: nil)).order)
    #expect(message.event == "teleported" && message.order.status == "elsewhere" && message.executionID == nil && message.price == nil)
  }

  @Test(arguments: ["None", ""])
  func `without an execution takes no text for one`(text: String) throws {
    #expect(try TickerMessage(order(execution: text)).order?.executionID == nil)
  }

  @Test func `takes its time from what has one`() throws {
    let without = order(at: "None")
    #expect(try TickerMessage(without).order?.time == nil)
    let outer = without.replacing("\"timestamp\": \"None\", \"symbol\"", with: "\"timestamp\": 1745000000.5, \"symbol\"")
    #expect(try TickerMessage(outer).order?.time?.nanoseconds == 1_745_000_000_500_000_000)
  }

  @Test(
    arguments: [
      ("", .malformed(offset: 0)), ("null", .malformed(offset: 0)), ("[]", .malformed(offset: 0)), ("{", .malformed(offset: 1)),
      ("{}", .missing("type")), (#"{"type":"price"}"#, .missing("symbol")), (#"{"type":"price","symbol":null}"#, .missing("symbol")),
      (#"{"type":"price","symbol":""}"#, .badName("symbol")), (#"{"type":"price","symbol":"A\u0007"}"#, .badName("symbol")),
      (#"{"type":"price","symbol":1}"#, .wrongType("symbol")), (#"{"type":"price","symbol":"A","price":true}"#, .wrongType("price")),
      (#"{"type":"price","symbol":"A","price":"1,5"}"#, .notNumber("price")),
      (#"{"type":"price","symbol":"A","price":"nan"}"#, .notNumber("price")),
      (#"{"type":"price","symbol":"A","price":"1e9999"}"#, .notNumber("price")),
      (#"{"type":"price","symbol":"A","price":1e999}"#, .notNumber("price")),
      (#"{"type":"price","symbol":"A","price":NaN}"#, .malformed(offset: 37)),
      (#"{"type":"price","symbol":"A","price":01}"#, .malformed(offset: 38)),
      (#"{"type":"price","symbol":"A","price":1.}"#, .malformed(offset: 39)), (#"{"type":"price","symbol":"A",}"#, .malformed(offset: 29)),
      (#"{"type":"price","symbol":"A"} {}"#, .malformed(offset: 30)), (#"{"type":"price","type":"order"}"#, .duplicateKey("type")),
      (#"{"type":"price","symbol":"A","price":1,"price":2}"#, .duplicateKey("price")), (#"{"type":"trade"}"#, .unknownType("trade")),
      (#"{"type":null}"#, .wrongType("type")), (#"{"type":"order","symbol":"A"}"#, .missing("order_data")),
      (#"{"type":"order","symbol":"A","order_data":[]}"#, .wrongType("order_data")),
      (#"{"type":"order","symbol":"A","order_data":{"event":"fill"}}"#, .missing("order")),
      (#"{"type":"order","symbol":"A","order_data":{"event":"fill","order":{}}}"#, .missing("order.id")),
      (#"{"type":"order","symbol":"A","order_data":{"order":{"id":"1"}}}"#, .missing("event")),
      (#"{"type":"order","symbol":"A","order_data":{"event":"a","order":{"id":"1","id":"2"}}}"#, .duplicateKey("order.id")),
      (#"{"type":"order","symbol":"A","order_data":{"event":"a","order":{"id":"1","qty":{}}}}"#, .wrongType("order.qty")),
      (
        #"{"type":"order","symbol":"A","order_data":{"event":"a","order":{"id":"1","extended_hours":"no"}}}"#,
        .wrongType("order.extended_hours")
      ),
      ("{\"type\":\"price\",\"symbol\":\"A\nB\"}", .malformed(offset: 27)),
      (#"{"type":"price","symbol":"\ud800"}"#, .malformed(offset: 30)),
    ] as [(String, MessageDefect)])
  func `that is wrong says what is`(text: String, defect: MessageDefect) {
    #expect(throws: defect) { _ = try TickerMessage(text) }
  }

  @Test func `is bounded in size, depth, and the length of what it names`() {
    let long = String(repeating: "x", count: 70)
    #expect(throws: MessageDefect.tooLong("symbol")) { _ = try TickerMessage(#"{"type":"price","symbol":"\#(long)"}"#) }
    #expect(throws: MessageDefect.tooLong("price")) {
      _ = try TickerMessage(#"{"type":"price","symbol":"A","price":\#(String(repeating: "1", count: 70))}"#)
    }
    let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
    #expect(throws: MessageDefect.tooDeep) { _ = try TickerMessage(#"{"type":"price","symbol":"A","x":\#(deep)}"#) }
    let huge = [UInt8](repeating: 0x20, count: TickerMessage.bytesMax + 1)
    #expect(throws: MessageDefect.tooLarge(huge.count)) { _ = try TickerMessage(huge) }
    let latin = Array(#"{"type":"price","symbol":"A"#.utf8) + [0xE9] + Array(#""}"#.utf8)
    #expect(throws: MessageDefect.notUTF8) { _ = try TickerMessage(latin) }
  }

  /// Every cut, and many made-up changes of real messages: each is a message or a defect, and nothing else happens.
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `fails in no other way, whatever comes`(seed: UInt64) {
    var random = Seeded(seed)
    let words = [
      #"{"type":"price","timestamp":"1745000000.123","price":101.25,"volume":null,"symbol":"AAPL"}"#, order(), order(execution: nil),
    ]
    let parts = [
      "\"", "\\", "{", "}", "[", "]", ":", ",", "null", "None", "\\u", "\\ud83d\\ude00", "1e", "-", "\u{0}", "\"type\":", "\u{FEFF}",
    ]
    var counts = (messages: 0, defects: 0)
    for word in words {
      let bytes = Array(word.utf8)
      for cut in bytes.indices { #expect(throws: MessageDefect.self, "seed \(seed)") { _ = try TickerMessage(Array(bytes[..<cut])) } }
      for _ in 0..<4000 {
        var changed = bytes
        for _ in 0...Int.random(in: 0...3, using: &random) {
          let place = Int.random(in: changed.indices, using: &random)
          switch Int.random(in: 0..<4, using: &random) {
          case 0: changed[place] = UInt8.random(in: 0...255, using: &random)
          case 1: changed.insert(contentsOf: Array(parts.randomElement(using: &random)!.utf8), at: place)
          case 2: changed.removeSubrange(place..<min(changed.count, place + Int.random(in: 1...20, using: &random)))
          default: changed.insert(contentsOf: bytes[place % bytes.count..<min(bytes.count, place % bytes.count + 30)], at: place)
          }
          if changed.isEmpty { changed = [0x7B] }
        }
        do throws(MessageDefect) {
          switch try TickerMessage(changed) {
          case .price(let price): #expect(!price.symbol.isEmpty && price.symbol.utf8.count <= 64 && price.price?.value != .infinity)
          case .order(let order): #expect(!order.order.id.isEmpty && !order.event.isEmpty && order.order.id.utf8.count <= 128)
          }
          counts.messages += 1
        } catch {
          #expect(!error.description.isEmpty && !error.kind.isEmpty)
          counts.defects += 1
        }
      }
    }
    // Both happen, or the changes are too weak or too strong to say anything.
    #expect(counts.messages > 500 && counts.defects > 500, "seed \(seed): \(counts)")
  }
}
