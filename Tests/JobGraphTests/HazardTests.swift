import JobGraph
import Testing

@Suite struct `The order of steps` {
  @Test func `holds across others, and for finally steps after all ordinary ones`() {
    //  0 -> 1 -> 2   3   | 4  5 <- 4
    let order = StepOrder(before: [[], [0], [1], [], [], [4]], firstFinal: 4)
    let pairs = [(0, 2), (2, 0), (0, 3), (3, 4), (4, 3), (4, 5), (5, 4), (0, 0)]
    #expect(order.areOrdered(pairs.map { (first: $0.0, second: $0.1) }) == [true, false, false, true, false, true, false, false])
  }
}

@Suite struct `A hazard` {
  private func hazards(_ before: [[Int]], _ accesses: [[StepAccess]], firstFinal: Int? = nil) -> [[Int]] {
    let order = StepOrder(before: before, firstFinal: firstFinal ?? before.count)
    return HazardSearch(order: order, accesses: accesses).run(limit: 100_000).hazards.map { [$0.first, $0.second] }
  }

  private let writes = [StepAccess("candles", .writes)]
  private let reads = [StepAccess("candles", .reads)]
  private let appends = [StepAccess("candles", .appends)]

  @Test func `is a write and a read, or two writes, that nothing orders`() {
    #expect(hazards([[], []], [writes, reads]) == [[0, 1]])
    #expect(hazards([[], []], [reads, writes]) == [[0, 1]])
    #expect(hazards([[], []], [writes, writes]) == [[0, 1]])
    #expect(hazards([[], []], [appends, reads]) == [[0, 1]])
    #expect(hazards([[], []], [appends, writes]) == [[0, 1]])
  }

  @Test func `is not two reads, two that append, or another table`() {
    #expect(hazards([[], []], [reads, reads]) == [])
    #expect(hazards([[], []], [appends, appends]) == [])
    #expect(hazards([[], []], [writes, [StepAccess("signals", .reads)]]) == [])
  }

  @Test func `goes away with an order, direct, through others, or through finally`() {
    #expect(hazards([[], [0]], [writes, reads]) == [])
    #expect(hazards([[], [0], [1]], [writes, [], reads]) == [])
    #expect(hazards([[1], []], [reads, writes]) == [])
    #expect(hazards([[], []], [writes, reads], firstFinal: 1) == [])
    #expect(hazards([[], []], [writes, reads], firstFinal: 0) == [[0, 1]])
  }

  @Test func `needs slices that have something in common on every axis`() {
    func slice(_ symbols: [String]?, _ intervals: [String]?, _ mode: StepAccess.Mode = .writes) -> [StepAccess] {
      var slice: [String: [String]] = [:]
      slice["symbol"] = symbols
      slice["interval"] = intervals
      return [StepAccess("candles", mode, slice: slice)]
    }
    #expect(hazards([[], []], [slice(["A", "B"], ["1d"]), slice(["B", "C"], ["1d"])]) == [[0, 1]])
    #expect(hazards([[], []], [slice(["A"], ["1d"]), slice(["B"], ["1d"])]) == [])
    #expect(hazards([[], []], [slice(["A"], ["1d"]), slice(["A"], ["1h"])]) == [])
    #expect(hazards([[], []], [slice(["A"], ["1d"]), slice(nil, ["1d"], .reads)]) == [[0, 1]])
    #expect(hazards([[], []], [slice(nil, nil, .reads), slice(["A"], nil)]) == [[0, 1]])
    #expect(hazards([[], []], [slice([], ["1d"]), slice(nil, nil, .reads)]) == [])
  }

  @Test func `is found as by comparing every pair`() {
    var generator = SeededGenerator(state: 11)
    for _ in 0..<150 {
      let count = Int.random(in: 2...140, using: &generator)
      let firstFinal = Int.random(in: count / 2...count, using: &generator)
      let before = (0..<count).map { step in
        (0..<Int.random(in: 0...2, using: &generator)).compactMap { _ -> Int? in
          guard step > 0 else { return nil }
          let need = Int.random(in: 0..<step, using: &generator)
          return step < firstFinal || need >= firstFinal ? need : nil
        }
      }
      let accesses = (0..<count).map { _ in
        (0..<Int.random(in: 0...2, using: &generator)).map { _ in
          StepAccess(
            ["x", "y"].randomElement(using: &generator)!, StepAccess.Mode.allCases.randomElement(using: &generator)!,
            slice: Bool.random(using: &generator) ? [:] : ["s": [["a", "b", "c"].randomElement(using: &generator)!]])
        }
      }
      var ancestors: [Set<Int>] = []
      for step in 0..<count {
        ancestors.append(
          before[step].reduce(into: step >= firstFinal ? Set(0..<firstFinal) : []) { $0.formUnion(ancestors[$1].union([$1])) })
      }
      var expected: [[Int]] = []
      for late in 0..<count {
        for early in 0..<late where !ancestors[late].contains(early) {
          let clash = accesses[early].contains { one in
            accesses[late].contains { other in
              let isQuiet = one.mode == other.mode && one.mode != .writes
              let (a, b) = (one.slice["s"], other.slice["s"])
              return one.resource == other.resource && !isQuiet && (a == nil || b == nil || a == b)
            }
          }
          if clash { expected.append([early, late]) }
        }
      }
      // Two accesses of one step to one resource in one way are joined, which may only find more.
      let found = hazards(before, accesses, firstFinal: firstFinal)
      #expect(Set(found).isSuperset(of: expected))
      #expect(found.allSatisfy { !ancestors[$0[1]].contains($0[0]) })
    }
  }
}
