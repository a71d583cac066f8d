import Testing

@testable import Bridging

@Suite struct `The stream of Redis` {
  private func filtered(_ text: String, max: Int, step: Int) throws -> (text: String, leftOut: [Int]) {
    var filter = BulkFilter(bytesMax: max)
    var output: [UInt8] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: step) {
      try bytes[start..<min(bytes.count, start + step)].withUnsafeBytes { try filter.filter($0, into: &output) }
    }
    return (String(decoding: output, as: UTF8.self), filter.leftOut)
  }

  @Test(arguments: [1, 2, 3, 7, 1000])
  func `passes as it is but for texts that are too long`(step: Int) throws {
    let short = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$4\r\n$9\r\n\r\n"
    let long = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$20\r\n\(String(repeating: "$", count: 20))\r\n"
    let nothing = "*2\r\n$-1\r\n:12\r\n+OK\r\n-ERR no\r\n$0\r\n\r\n"
    let result = try filtered(short + long + nothing + short, max: 10, step: step)
    #expect(result.text == short + "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$-1\r\n" + nothing + short)
    #expect(result.leftOut == [20])
  }

  @Test(arguments: ["$x\r\n", "$99999999999999999999\r\n", "*1073741824\r\n", "*17\r\n", String(repeating: "a", count: 70_000)])
  func `that is none is refused`(text: String) {
    #expect(throws: RedisLoss.self) { _ = try filtered(text, max: 10, step: 1000) }
  }

  @Test func `is asked for by names and patterns`() {
    #expect(ChannelChoice(format: "ticker:{symbol}", symbols: []) == ChannelChoice(patterns: ["ticker:*"]))
    #expect(ChannelChoice(format: "t[1]{symbol}.x", symbols: []) == ChannelChoice(patterns: ["t\\[1\\]*.x"]))
    #expect(ChannelChoice(format: "ticker:{symbol}", symbols: ["A", "B"]) == ChannelChoice(names: ["ticker:A", "ticker:B"]))
    #expect(ChannelChoice(typed: "ticker:AAPL") == ChannelChoice(names: ["ticker:AAPL"]))
    #expect(ChannelChoice(typed: "ticker:*") == ChannelChoice(patterns: ["ticker:*"]))
  }

  @Test func `is asked for again at once, and then after short waits that grow`() {
    var delay = ReconnectDelay()
    #expect(delay.next(chance: 0) == 0)
    let waits = (0..<400).map { _ in delay.next(chance: 0.999) }
    // A server that is back within a minute is found within a second.
    var sum = 0
    for wait in waits where sum < 60_000 {
      #expect(wait <= 500)
      sum += wait
    }
    #expect(waits.allSatisfy { $0 <= 5000 } && waits.last! > 4000 && waits.first! <= 50)
    // Thrown out as soon as it was let in: that is no success.
    delay.ended(after: 3)
    #expect(delay.next(chance: 0.5) > 1000)
    delay.ended(after: 1000)
    #expect(delay.next(chance: 0.5) == 0)
  }

  @Test(
    arguments: [
      ("NOAUTH Authentication required.", .passwordMissing),
      ("WRONGPASS invalid username-password pair or user is disabled.", .passwordWrong),
      ("ERR invalid password", .passwordWrong), ("ERR Client sent AUTH, but no password is set", .passwordUnwanted),
      ("ERR AUTH <password> called without any password configured for the default user.", .passwordUnwanted),
      ("DENIED Redis is running in protected mode", .protectedMode), ("LOADING Redis is loading the dataset in memory", nil),
      ("ERR max number of clients reached", nil),
    ] as [(String, RedisRefusal?)])
  func `may be refused for good or for now`(text: String, refusal: RedisRefusal?) {
    #expect(RedisRefusal(text) == refusal)
    #expect(refusal.map { !$0.description.isEmpty } ?? true)
  }
}
