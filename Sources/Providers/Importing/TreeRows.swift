import Foundation
import MarketData

/// The rows of a tree: what lies at the places that a path names, in the order of their keys' bytes.
final class TreeRows: ForeignRows {
  private let wanted: [String]
  /// The way to each wanted value in a row.
  private let keys: [[Substring]]
  private var found: [Found] = []
  private var index = 0

  private struct Found {
    let place: String
    let row: ForeignTree
    /// What the path says.
    let captured: [String: String]
  }

  /// A tree is held in memory, some ten times as large as its text.
  static let bytesMax = 256 << 20

  /// - Throws: ``ForeignFileError``, also when there is no row.
  init(path: String, mapping: ImportMapping, wanted: [String]) throws {
    self.wanted = wanted
    keys = wanted.map { $0.split(separator: ".", omittingEmptySubsequences: false) }
    let tree = try TreeRows.tree(path, mapping.format)
    visit(tree, (mapping.rows?.parts ?? [])[...], "", [:], isByColumn: mapping.isByColumn)
    guard !found.isEmpty else { throw ForeignFileError(file: path, TreeRows.nothing(tree)) }
  }

  func next() -> ForeignRow? {
    guard index < found.count else { return nil }
    defer { index += 1 }
    let it = found[index]
    let values = zip(wanted, keys).map { TreeRows.value($0, $1, it.row, it.captured) }
    return ForeignRow(place: it.place.isEmpty ? "/" : it.place, values: values)
  }

  private func visit(
    _ node: ForeignTree, _ parts: ArraySlice<RowPath.Part>, _ place: String, _ captured: [String: String], isByColumn: Bool
  ) {
    guard let part = parts.first else {
      // Where keys are numbers, the Realtime Database writes a list, with null for each that is not there.
      let rows = isByColumn ? TreeRows.rows(byColumn: node, place) : [(place, node)]
      return found += rows.filter { !$0.1.isMissing }.map { Found(place: $0.0, row: $0.1, captured: captured) }
    }
    switch part {
    case .key(let key):
      if let child = node[key] { visit(child, parts.dropFirst(), "\(place)/\(key)", captured, isByColumn: isByColumn) }
    case .any:
      for (key, child) in node.children { visit(child, parts.dropFirst(), "\(place)/\(key)", captured, isByColumn: isByColumn) }
    case .field(let name):
      for (key, child) in node.children {
        visit(child, parts.dropFirst(), "\(place)/\(key)", captured.merging([name: key]) { $1 }, isByColumn: isByColumn)
      }
    }
  }

  private static func nothing(_ tree: ForeignTree) -> String {
    let keys = tree.children.prefix(8).map { "`\($0.key.printable(40))`" }.joined(separator: " ")
    return "no row lies where `rows` says; the root has \(keys.isEmpty ? "nothing" : keys)"
  }

  private static func tree(_ path: String, _ format: ForeignFormat) throws -> ForeignTree {
    let bytes: [UInt8]
    do {
      let size = (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
      guard size <= TreeRows.bytesMax else {
        throw ForeignFileError(
          file: path, "it is larger than \(TreeRows.bytesMax >> 20) MiB, and a tree is held in memory; export it in parts")
      }
      bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch let error as CocoaError {
      throw ForeignFileError(file: path, error.code == .fileReadNoSuchFile ? "there is no such file" : error.localizedDescription)
    }
    do {
      let tree = try bytes.withUnsafeBytes { try ForeignTree(json: $0) }
      return format == .firestore ? FirestoreTree.plain(tree) : tree
    } catch let error as JSONError {
      throw ForeignFileError(file: path, "no JSON: \(error)")
    }
  }

  private static func value(_ name: String, _ keys: [Substring], _ row: ForeignTree, _ captured: [String: String]) -> ForeignValue {
    var node = row
    for (depth, key) in keys.enumerated() {
      guard let next = node[key] else { return depth == 0 ? captured[name].map { .text($0) } ?? .missing : .missing }
      node = next
    }
    if case .value(let value) = node { return value }
    return .nested
  }

  /// A mapping of columns, each a list or a mapping by place, as rows.
  private static func rows(byColumn node: ForeignTree, _ place: String) -> [(String, ForeignTree)] {
    let columns = node.children
    var keys: [String] = []
    var known: Set<String> = []
    for (_, column) in columns { for (key, _) in column.children where known.insert(key).inserted { keys.append(key) } }
    return keys.map { key in
      ("\(place)/*/\(key)", .map(Dictionary(columns.compactMap { name, column in column[key].map { (name, $0) } }) { first, _ in first }))
    }
  }
}
