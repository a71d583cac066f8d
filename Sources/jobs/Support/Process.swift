import CLinux
import Dispatch
import Foundation

/// What every start of the program does before anything else: it must behave the same under cron, systemd, a terminal and ssh.
enum Process {
  static func prepare() {
    // A closed standard descriptor would be given to the next file that is opened; then a message would be written into a database.
    for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) < 0 { _ = open("/dev/null", O_RDWR) }
    // Data, backups and reports are the owner's alone.
    umask(0o077)
    // A reader that goes away (`| head`) must not kill a run; writing tells.
    signal(SIGPIPE, SIG_IGN)
    // No key may reach a core file.
    _ = js_refuse_dumps()
  }

  /// Calls `body` with each signal that asks a run to stop, for the rest of the process's life.
  static func onStopSignals(_ body: @escaping @Sendable (Int32) -> Void) {
    // Under nohup a closed terminal is no reason to stop.
    onSignals([SIGINT, SIGTERM] + (isIgnored(SIGHUP) ? [] : [SIGHUP]), body)
  }

  /// Calls `body` with each of these signals, for the rest of the process's life.
  static func onSignals(_ numbers: [Int32], _ body: @escaping @Sendable (Int32) -> Void) {
    for number in numbers {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { @Sendable in body(number) }
      source.resume()
      // A source ends with its last reference; this one is meant to last.
      _ = Unmanaged.passRetained(source as AnyObject)
    }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
