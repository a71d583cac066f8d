import CLinux
import Foundation

/// What every start of the program does before anything else: it must behave the same under cron, systemd, a terminal and ssh.
enum Process {
  static func prepare() {
    // A closed standard descriptor would be given to the next file that is opened; then a message would be written into a database.
    for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) < 0 { open("/dev/null", O_RDWR) }
    // Data, backups and reports are the owner's alone.
    umask(0o077)
    // A reader that goes away (`| head`) must not kill a run; writing tells.
    signal(SIGPIPE, SIG_IGN)
    // No key may reach a core file.
    prctl(PR_SET_DUMPABLE, 0)
  }

  /// The signals that ask a run to stop, as they arrive.
  static func stopSignals() -> AsyncStream<Int32> {
    let (stream, continuation) = AsyncStream<Int32>.makeStream()
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { @Sendable in continuation.yield(number) }
      source.resume()
      // The source lives as long as the stream that it feeds.
      continuation.onTermination = { [previous = continuation.onTermination] reason in
        previous?(reason)
        source.cancel()
      }
    }
    return stream
  }
}
