/// Combines the elements of every full window of a fixed length: sums, highest and lowest values.
///
/// Each window is the tail of one block joined with the head of the next, so nothing is ever subtracted: a sum loses no digits to what
/// left the window, and a stretch of zeros sums to exactly zero. What comes out for a window depends on no later element.
///
/// - Complexity: three combinations per element, whatever the length; scratch space of one window.
/// - Source: van Herk, Pattern Recognition Letters 13 (1992); Gil & Werman, IEEE PAMI 15 (1993).
struct SlidingWindow {
  /// Elements per window, above zero.
  let length: Int

  /// Calls `body` with the index of the last element of each full window within `range`, in order, and the combination of its elements.
  ///
  /// - Parameters:
  ///   - element: the element at an index; asked twice for most.
  ///   - join: associative but for rounding; the earlier part comes first.
  @inline(__always)
  func forEach<Element: BitwiseCopyable>(
    in range: Range<Int>, element: (Int) -> Element, join: (Element, Element) -> Element, body: (Int, Element) -> Void
  ) {
    guard range.count >= length else { return }
    withScratch(length, of: Element.self) { tails in
      var head = fold(range.lowerBound..<range.lowerBound + length, element, join)
      body(range.lowerBound + length - 1, head)
      var start = range.lowerBound + length
      while start < range.upperBound {
        let end = min(start + length, range.upperBound)
        storeTails(of: start - length..<start, in: tails, element, join)
        head = element(start)
        for index in start..<min(end, start + length - 1) {
          if index > start { head = join(head, element(index)) }
          body(index, join(tails[index - start + 1], head))
        }
        if end == start + length {
          body(end - 1, length == 1 ? head : join(head, element(end - 1)))
        }
        start = end
      }
    }
  }

  /// The combination of the elements of the window that ends at `last`, bit for bit as ``forEach(in:element:join:body:)`` gives it.
  ///
  /// - Parameter first: where the range begins that is cut into blocks; may be an index whose element is long gone.
  /// - Returns: nil when fewer than `length` elements lie between.
  /// - Complexity: `length` combinations.
  @inline(__always)
  func combination<Element>(
    endingAt last: Int, from first: Int, element: (Int) -> Element, join: (Element, Element) -> Element
  ) -> Element? {
    guard last - first >= length - 1 else { return nil }
    let start = last - (last - first) % length
    let head = fold(start..<last + 1, element, join)
    guard last - start < length - 1 else { return head }
    var tail = element(start - 1)
    for index in stride(from: start - 2, through: last - length + 1, by: -1) { tail = join(element(index), tail) }
    return join(tail, head)
  }

  @inline(__always)
  private func fold<Element>(_ block: Range<Int>, _ element: (Int) -> Element, _ join: (Element, Element) -> Element) -> Element {
    var result = element(block.lowerBound)
    for index in block.dropFirst() { result = join(result, element(index)) }
    return result
  }

  /// `tails[k]` becomes the combination of the elements of `block` from its k-th on, for k above zero.
  @inline(__always)
  private func storeTails<Element: BitwiseCopyable>(
    of block: Range<Int>, in tails: UnsafeMutablePointer<Element>,
    _ element: (Int) -> Element, _ join: (Element, Element) -> Element
  ) {
    var tail = element(block.upperBound - 1)
    tails[length - 1] = tail
    var index = block.upperBound - 2
    while index > block.lowerBound {
      tail = join(element(index), tail)
      tails[index - block.lowerBound] = tail
      index -= 1
    }
  }
}

extension SlidingWindow {
  /// Writes the mean of each full window of `values` within `range` at the index of its last value.
  ///
  /// The sums are those of ``forEachSum(in:element:body:)``, bit for bit. Blocks do not depend on one another, so four are summed side by
  /// side; and the heads, which go up through memory, are the first to touch it.
  func writeMeans(of values: UnsafePointer<Double>, in range: Range<Int>, to output: UnsafeMutablePointer<Double>) {
    guard range.count >= length else { return }
    guard length > 1 else { return (output + range.lowerBound).update(from: values + range.lowerBound, count: range.count) }
    let divisor = Double(length)
    var start = range.lowerBound + length
    output[start - 1] = fold(range.lowerBound..<start, { values[$0] }, { $0 + $1 }) / divisor
    while start < range.upperBound {
      var end = start + 4 * length
      if end <= range.upperBound {
        sumFourHeads(values + start, output + start)
        addFourTails(values + (start - length), output + start)
      } else {
        end = min(start + length, range.upperBound)
        sumHeads(values + start, output + start, count: end - start)
        addTails(values + (start - length), output + start, count: end - start)
      }
      for index in start..<end { output[index] /= divisor }
      start = end
    }
  }

  /// Writes the sums of the first values of a block.
  private func sumHeads(_ values: UnsafePointer<Double>, _ output: UnsafeMutablePointer<Double>, count: Int) {
    var head = values[0]
    output[0] = head
    for index in 1..<max(1, count) {
      head += values[index]
      output[index] = head
    }
  }

  /// Adds the sums of the last values of a block to the first `count` heads of the next one.
  private func addTails(_ values: UnsafePointer<Double>, _ output: UnsafeMutablePointer<Double>, count: Int) {
    var tail = values[length - 1]
    for index in stride(from: length - 2, through: 0, by: -1) {
      if index < count { output[index] += tail }
      if index > 0 { tail = values[index] + tail }
    }
  }

  private func sumFourHeads(_ values: UnsafePointer<Double>, _ output: UnsafeMutablePointer<Double>) {
    let (second, third, fourth) = (length, 2 * length, 3 * length)
    var heads = (values[0], values[second], values[third], values[fourth])
    var index = 0
    while true {
      output[index] = heads.0
      output[second &+ index] = heads.1
      output[third &+ index] = heads.2
      output[fourth &+ index] = heads.3
      index &+= 1
      guard index < length else { return }
      heads.0 += values[index]
      heads.1 += values[second &+ index]
      heads.2 += values[third &+ index]
      heads.3 += values[fourth &+ index]
    }
  }

  private func addFourTails(_ values: UnsafePointer<Double>, _ output: UnsafeMutablePointer<Double>) {
    let (second, third, fourth) = (length, 2 * length, 3 * length)
    var (index, last) = (length - 2, length - 1)
    var tails = (values[last], values[second + last], values[third + last], values[fourth + last])
    while true {
      output[index] += tails.0
      output[second &+ index] += tails.1
      output[third &+ index] += tails.2
      output[fourth &+ index] += tails.3
      guard index > 0 else { return }
      (last, index) = (index, index &- 1)
      tails.0 = values[last] + tails.0
      tails.1 = values[second &+ last] + tails.1
      tails.2 = values[third &+ last] + tails.2
      tails.3 = values[fourth &+ last] + tails.3
    }
  }

  /// Calls `body` with each full window's sum.
  @inline(__always)
  func forEachSum(in range: Range<Int>, element: (Int) -> Double, body: (Int, Double) -> Void) {
    forEach(in: range, element: element, join: { $0 + $1 }, body: body)
  }

  /// Calls `body` with the sums of two quantities over each full window.
  @inline(__always)
  func forEachSums(in range: Range<Int>, element: (Int) -> SIMD2<Double>, body: (Int, SIMD2<Double>) -> Void) {
    forEach(in: range, element: element, join: { $0 + $1 }, body: body)
  }

  /// Calls `body` with the highest high and the lowest low of each full window.
  @inline(__always)
  func forEachExtremes(of bars: Bars, body: (Int, _ highest: Double, _ lowest: Double) -> Void) {
    forEach(in: 0..<bars.count, element: bars.extremes, join: Bars.widened, body: { body($0, $1.x, -$1.y) })
  }
}

extension Bars {
  /// The high, and the low below zero: of both the larger counts.
  @inline(__always) func extremes(_ index: Int) -> SIMD2<Double> { SIMD2(high[index], -low[index]) }

  @inline(__always) static func widened(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> SIMD2<Double> { a.replacing(with: b, where: b .> a) }
}
