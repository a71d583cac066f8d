import ArgumentParser
import Foundation
import JobGraph

extension ConsoleOptions.LogFormatChoice: ExpressibleByArgument {}
extension ConsoleOptions.ColourWord: ExpressibleByArgument {}

/// How the command speaks: options of every command. They are carried out by ``Console``; here they are declared and checked.
struct MessageOptions: ParsableArguments {
  @Option(help: "Colour: auto, always or never. NO_COLOR in the environment forbids it in any case.")
  var color = ConsoleOptions.ColourWord.auto

  @Option(name: .customLong("log-format"), help: "Messages on standard error: text, or json, one object per line (or JOBS_LOG_FORMAT).")
  var logFormat: ConsoleOptions.LogFormatChoice?

  func validate() throws {
    guard let text = ProcessInfo.processInfo.environment["JOBS_LOG_FORMAT"], !text.isEmpty,
      ConsoleOptions.LogFormatChoice(rawValue: text) == nil
    else { return }
    throw ValidationError("JOBS_LOG_FORMAT is `\(OneLine.shown(text))`; it may be text or json")
  }
}
