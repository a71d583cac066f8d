/// The text of one file and where its lines are, so that a mark of the parser becomes a place that people can find.
struct SourceText: Sendable {
  let file: String
  private let scalars: [Unicode.Scalar]
  /// Offset of the first scalar of each line.
  private let lineStarts: [Int]

  /// - Parameter text: lines end with LF or CR LF.
  init(file: String, text: String) {
    self.file = file
    scalars = Array(text.unicodeScalars)
    var starts = [0]
    for (offset, scalar) in scalars.enumerated() where scalar == "\n" { starts.append(offset + 1) }
    lineStarts = starts
  }

  /// The scalars of a line without its end.
  /// - Parameter line: from 1; a line beyond the end is empty.
  func scalars(ofLine line: Int) -> ArraySlice<Unicode.Scalar> {
    guard line >= 1, line <= lineStarts.count else { return [] }
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] - 1 : scalars.count
    if end > start, scalars[end - 1] == "\r" { end -= 1 }
    return scalars[start..<end]
  }

  /// The scalar at a place; nil at the end of its line.
  func scalar(at spot: Spot) -> Unicode.Scalar? {
    let line = scalars(ofLine: spot.line)
    let index = line.startIndex + spot.column - 1
    return line.indices.contains(index) ? line[index] : nil
  }

  var lineCount: Int { lineStarts.count }

  /// The last line with anything on it.
  var lastLine: Int {
    var line = lineCount
    while line > 1, scalars(ofLine: line).isEmpty { line -= 1 }
    return line
  }

  /// The place of the scalar with this number, from 0.
  func spot(ofScalar offset: Int) -> Spot {
    var (low, high) = (0, lineStarts.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle - 1 }
    }
    return Spot(line: low + 1, column: offset - lineStarts[low] + 1)
  }

  /// Longer lines are cut around the place.
  private static let excerptLength = 110

  /// A stretch with its line, counted in characters.
  ///
  /// - Complexity: O(1) in the length of the line: beyond 2,000 scalars columns count scalars instead of characters.
  func place(_ spot: Spot) -> Diagnostic.Place {
    let line = scalars(ofLine: spot.line)
    let start = min(line.startIndex + spot.column - 1, line.endIndex)
    let end = min(start + spot.length, line.endIndex)
    let isShort = line.count <= 2000
    let column = isShort ? text(line[line.startIndex..<start]).count + 1 : spot.column
    let length = max(1, isShort ? text(line[start..<end]).count : end - start)
    let window = window(of: line, around: start)
    let cut = window.lowerBound > line.startIndex ? "…" : ""
    let before = cut + text(line[window.lowerBound..<start])
    let after = text(line[start..<window.upperBound]) + (window.upperBound < line.endIndex ? "…" : "")
    return Diagnostic.Place(
      file: file, line: spot.line, column: column, length: min(length, max(1, after.count)), excerpt: before + after, caret: before.count)
  }

  private func window(of line: ArraySlice<Unicode.Scalar>, around start: Int) -> Range<Int> {
    guard line.count > Self.excerptLength else { return line.startIndex..<line.endIndex }
    let first = max(line.startIndex, min(start - Self.excerptLength / 2, line.endIndex - Self.excerptLength))
    return first..<min(line.endIndex, first + Self.excerptLength)
  }

  private func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}

/// A stretch of a line as the parser counts: in Unicode scalars.
struct Spot: Sendable, Hashable {
  /// From 1.
  var line: Int
  /// From 1.
  var column: Int
  var length: Int = 1
}
