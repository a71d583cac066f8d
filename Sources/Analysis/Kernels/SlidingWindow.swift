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
    forEach(
      in: 0..<bars.count,
      element: { SIMD2(bars.high[$0], -bars.low[$0]) },
      join: { $0.replacing(with: $1, where: $1 .> $0) },
      body: { body($0, $1.x, -$1.y) })
  }
}
