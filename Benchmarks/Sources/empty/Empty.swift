import Foundation

/// The least that a Swift program with Foundation and a help text does: the floor of `jobs --help`.
@main
enum Empty {
  static func main() {
    FileHandle.standardOutput.write(Data("usage: empty, at \(URL(fileURLWithPath: "/").path)\n".utf8))
  }
}
