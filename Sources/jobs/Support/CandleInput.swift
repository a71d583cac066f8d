import ArgumentParser
import CLinux
import Foundation
import JobGraph
import MarketData
import Providers
import Reporting

/// The candles of a file that a user names, as CSV or JSON: what it is, its first byte tells.
enum CandleInput {
  /// JSON is read at once.
  private static let jsonBytesMax = 1 << 30

  /// - Parameters:
  ///   - path: `-` is standard input.
  ///   - consequence: what a bad line means for the command: `nothing was imported`.
  /// - Throws: ``Failure`` that names every bad line, up to a bound.
  static func read(_ path: String, _ choice: CandleFile.Choice, consequence: String) throws -> CandleFile {
    js_keep_freed_memory()
    let input = try InputFile(path: path)
    let file: CandleFile
    if try input.firstByte() == UInt8(ascii: "{") {
      file = try input.rest(limit: jsonBytesMax).withUnsafeBytes { CandleJSON.read($0, choice) }
    } else {
      var reader = CandleCSVReader(choice)
      try input.forEachPiece {
        reader.read($0)
        return !reader.isHopeless
      }
      file = reader.finish()
    }
    guard file.problemCount == 0 else { throw Failure(.badData, report(of: file, input.shown, consequence)) }
    if !file.ignoredColumns.isEmpty {
      let names = file.ignoredColumns.map { VisibleText.shown($0) }.joined(separator: ", ")
      Output.say("note: \(input.shown): columns that are not used: \(names)")
    }
    guard !file.series.isEmpty || file.leftOut == 0 else {
      let wanted = [choice.symbol?.name, choice.interval?.rawValue].compactMap(\.self).joined(separator: " ")
      throw Failure(.usage, "\(input.shown): none of the \(file.leftOut) candles is of \(wanted)")
    }
    guard !file.series.isEmpty else { throw Failure(.badData, "\(input.shown): there is no candle below the header") }
    return file
  }

  /// The candles of a command that computes on series of one interval.
  ///
  /// - Parameter interval: which one; nil when the file has no other.
  /// - Throws: ``Failure`` as ``read(_:_:consequence:)``, and when there are several.
  static func readOneInterval(_ path: String, _ interval: String?) throws -> CandleFile {
    let file = try read(path, SeriesOption.choice(symbol: nil, interval: interval), consequence: "nothing was computed")
    let intervals = Set(file.series.map(\.interval)).sorted().map(\.rawValue)
    guard intervals.count == 1 else {
      throw Failure(.usage, "the file has candles of several intervals: \(intervals.joined(separator: ", ")); choose one with --interval")
    }
    return file
  }

  private static func report(of file: CandleFile, _ name: String, _ consequence: String) -> String {
    let count = file.problemCount
    var lines = ["\(VisibleText.shown(name)): \(count) \(count == 1 ? "line" : "lines") cannot be read; \(consequence)"]
    lines += file.problems.map { "  \($0)" }
    if count > file.problems.count { lines.append("  and \(count - file.problems.count) more") }
    return lines.joined(separator: "\n")
  }
}

/// The candles of a command that computes on a file, without a project.
struct CandleInputOptions: ParsableArguments {
  @Option(help: "The file of candles, CSV or JSON; - is standard input.", completion: .file())
  var input: String

  @Option(help: "The interval to take; needed when the file has several, or no such column.")
  var interval: String?

  /// - Throws: ``Failure`` for a file that cannot be read, or has several intervals.
  func read() throws -> CandleFile { try CandleInput.readOneInterval(input, interval) }
}

/// Options of symbol and interval.
enum SeriesOption {
  static func choice(symbol: String?, interval: String?) throws -> CandleFile.Choice {
    CandleFile.Choice(symbol: try symbol.map(Self.symbol), interval: try interval.map(Self.interval))
  }

  private static func symbol(_ text: String) throws -> Symbol {
    do throws(SymbolDefect) {
      return try Symbol(text)
    } catch {
      throw Failure(.usage, "--symbol `\(VisibleText.shown(text))`: \(error)")
    }
  }

  private static func interval(_ text: String) throws -> Interval {
    guard let interval = Interval(rawValue: text) else {
      let known = Interval.allCases.map(\.rawValue).joined(separator: " ")
      throw Failure(.usage, "--interval `\(VisibleText.shown(text))` is unknown; there are \(known)")
    }
    return interval
  }
}
