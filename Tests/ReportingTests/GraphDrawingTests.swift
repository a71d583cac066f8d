import Foundation
import JobGraph
import Testing

@testable import Reporting

@Suite struct `A drawing of a graph` {
  private func boxes(_ layout: GraphLayout, _ columns: [Int], height: Double) -> [[Double]] {
    (0..<layout.columnCount).map { column in columns.indices.filter { columns[$0] == column }.map { layout.middles[$0] }.sorted() }
  }

  @Test func `has no two boxes in one place`() {
    var generator = SeededNumbers(state: 3)
    for _ in 0..<60 {
      let columns = (0..<Int.random(in: 1...40, using: &generator)).map { $0 / 4 }
      let arrows = columns.indices.flatMap { to in
        columns.indices.filter { columns[$0] < columns[to] && Int.random(in: 0..<6, using: &generator) == 0 }.map { (from: $0, to: to) }
      }
      let layout = GraphLayout(columns: columns, arrows: arrows, height: 40, gap: 10)
      for column in boxes(layout, columns, height: 40) {
        #expect(zip(column, column.dropFirst()).allSatisfy { $1 - $0 >= 50 - 1e-6 })
        #expect(column.allSatisfy { $0 >= 20 - 1e-6 && $0 <= layout.height - 20 + 1e-6 })
      }
      #expect(zip(arrows, layout.bends).allSatisfy { columns[$0.to] - columns[$0.from] - 1 == $1.count })
    }
  }

  @Test func `uncrosses what can be drawn without crossing`() {
    // Two chains whose second halves are written in the other order.
    let layout = GraphLayout(columns: [0, 0, 1, 1], arrows: [(from: 0, to: 3), (from: 1, to: 2)], height: 40, gap: 10)
    #expect((layout.middles[0] < layout.middles[1]) == (layout.middles[3] < layout.middles[2]))
  }

  @Test func `counts crossings as comparing all pairs does`() {
    var generator = SeededNumbers(state: 5)
    for _ in 0..<100 {
      let ends = (0..<8).map { _ in (0..<Int.random(in: 0...3, using: &generator)).map { _ in Int.random(in: 10..<18, using: &generator) } }
      let pairs = ends.enumerated().flatMap { from, targets in targets.map { (from, $0) } }
      var expected = 0
      for a in pairs { for b in pairs where a.0 < b.0 && a.1 > b.1 { expected += 1 } }
      #expect(GraphLayout.crossings(between: Array(0..<8), and: Array(10..<18)) { ends[$0] } == expected)
    }
  }

  @Test func `keeps boxes where they are wanted when there is room, and shares what there is`() {
    #expect(GraphLayout.placed([0, 100, 200], heights: [10, 10, 10], gap: 10) == [0, 100, 200])
    #expect(GraphLayout.placed([50, 50], heights: [10, 10], gap: 10) == [40, 60])
    #expect(GraphLayout.placed([100, 0, 50], heights: [10, 10, 10], gap: 10) == [30, 50, 70])
  }

  @Test func `is well-formed, escaped, and says in words what it shows`() throws {
    let job = Job(
      name: "a<b>&\"c\"",
      steps: [Step(id: "x<y>", uses: "u&v", description: "</title><script>"), Step(id: "z", uses: "w", needs: ["x<y>"], when: .always)],
      finally: [Step(id: "end", uses: "w")])
    let svg = GraphDrawing(job).svg.text
    let page = ParsedPage(xml: svg)
    #expect(page.errors == [] && page.root.name == "svg")
    #expect(page.root.all("script").isEmpty && page.root.all("rect").count == 4)
    #expect(svg.contains("<title>The steps of") && svg.contains("<desc>") && svg.contains("prefers-color-scheme:dark"))
    #expect(svg.contains("class=\"any\""))
  }

  @Test func `of ten thousand steps, as a chain or side by side, is drawn`() {
    let chain = Job(
      name: "j", steps: (0..<10_000).map { Step(id: StepID("s\($0)"), uses: "x", needs: $0 == 0 ? [] : [StepID("s\($0 - 1)")]) })
    let broad = Job(name: "j", steps: (0..<10_000).map { Step(id: StepID("s\($0)"), uses: "x") }, finally: [Step(id: "end", uses: "x")])
    for job in [chain, broad] {
      #expect(GraphDrawing(job).svg.text.utf8.count < 20_000_000)
      #expect(job.textDrawing.utf8.count < 2_000_000 && job.mermaidDrawing.utf8.count < 2_000_000 && job.dotDrawing.utf8.count < 2_000_000)
    }
  }
}

private struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 33) ^ (state << 31)
  }
}
