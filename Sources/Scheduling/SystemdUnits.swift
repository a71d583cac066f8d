import Foundation

/// The schedule as systemd units: for each job a service that runs it once and a timer that wakes it; or one service for the daemon.
public struct SystemdUnits: Sendable {
  public var setting: Setting

  public init(_ setting: Setting) { self.setting = setting }

  /// The machine that the units are for.
  public struct Setting: Sendable, Hashable {
    /// Absolute paths.
    public var executable: String
    public var root: String
    /// The account that the services run as; nil for units of a user's own.
    public var account: String?
    /// In front of every unit's name.
    public var prefix: String
    /// Secrets that are stored, by name: their files.
    public var credentials: [String: String]
    /// Folders that the program needs to read and that lie where the services see nothing: its libraries, for example.
    public var libraries: [String]
    /// Whether every start works on the sandbox's data.
    public var isSandbox: Bool
    /// Offsets of zones are looked at from here on.
    public var now: Instant

    public init(
      executable: String, root: String, account: String?, prefix: String = "jobs", credentials: [String: String] = [:],
      libraries: [String] = [], isSandbox: Bool = false, now: Instant
    ) {
      (self.executable, self.root, self.account, self.prefix) = (executable, root, account, prefix)
      (self.credentials, self.libraries, self.isSandbox, self.now) = (credentials, libraries, isSandbox, now)
    }
  }

  /// A file for systemd's folder of units.
  public struct Unit: Sendable, Hashable {
    public var name: String
    public var text: String
    /// Whether it is what is enabled: a timer, or the daemon.
    public var isEnabled: Bool
  }

  /// The first line of every unit of a project; others are not ours.
  public static func mark(root: String) -> String { "# Made by `jobs cron systemd` for \(root)." }
}

/// Why a crontab cannot be given to systemd: all reasons at once.
public struct SystemdRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  public let reasons: [String]

  public var description: String { reasons.joined(separator: "\n") }
}

extension SystemdUnits {
  /// A service and a timer for each job. Lines that start a job in the same way share them.
  ///
  /// - Throws: ``SystemdRefusal`` with every line that systemd would start at other times: a command that is no job has nothing that
  ///   could decide which wake-ups are meant.
  public func timers(of crontab: Crontab) throws(SystemdRefusal) -> [Unit] {
    var (groups, reasons): ([[Crontab.Entry]], [String]) = ([], badPaths)
    for entry in crontab.entries {
      if entry.job == nil, !events(of: entry).isExact {
        reasons.append(
          "crontab:\(entry.line): the clocks of \(entry.zoneName) make this a different time in UTC over the year, and only a job can decide"
            + " which wake-ups are meant; make it a `shell` step of a job, or start it by `jobs cron run`\n\(entry.source)")
      }
      if let index = groups.firstIndex(where: { $0[0].command == entry.command }) {
        groups[index].append(entry)
      } else {
        groups.append([entry])
      }
    }
    guard reasons.isEmpty else { throw SystemdRefusal(reasons: reasons) }
    var names: Set<String> = []
    return groups.flatMap { entries in
      let name = freeName(for: entries[0], &names)
      return [service(of: entries, name, crontab), timer(of: entries, name)]
    }
  }

  /// A service that keeps `jobs cron run` running.
  public func daemon() throws(SystemdRefusal) -> [Unit] {
    guard badPaths.isEmpty else { throw SystemdRefusal(reasons: badPaths) }
    let words = ([setting.executable, "cron", "run", "--root", setting.root] + sandbox).map(SystemdText.word).joined(separator: " ")
    let text =
      head + """
        [Unit]
        Description=jobs: the schedule of \(SystemdText.value(setting.root))
        Wants=network-online.target
        After=network-online.target time-sync.target

        [Service]
        Type=exec
        ExecStart=\(words)
        ExecReload=/bin/kill -HUP $MAINPID
        Restart=always
        RestartSec=10s
        # Stopped by systemd; a second daemon of the project is no reason to try again.
        SuccessExitStatus=143
        RestartPreventExitStatus=75 78
        TimeoutStopSec=60s
        \(surroundings)

        [Install]
        WantedBy=\(setting.account == nil ? "default.target" : "multi-user.target")

        """
    return [Unit(name: "\(setting.prefix)-daemon.service", text: text, isEnabled: true)]
  }

  private var sandbox: [String] { setting.isSandbox ? ["--sandbox"] : [] }

  private var badPaths: [String] {
    [setting.executable, setting.root].filter { !$0.hasPrefix("/") || $0.utf8.contains { $0 < 32 || $0 == 127 } }
      .map { "systemd needs an absolute path without control characters, not `\($0)`" }
  }

  private func events(of entry: Crontab.Entry) -> CalendarEvents { CalendarEvents(entry.expression, in: entry.zone, asOf: setting.now) }

  private func freeName(for entry: Crontab.Entry, _ names: inout Set<String>) -> String {
    let own = entry.job ?? "line-\(entry.line)"
    let word = String(own.map { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) ? $0 : "_" })
    var (name, number) = ("\(setting.prefix)-\(word)", 1)
    while !names.insert(name).inserted {
      number += 1
      name = "\(setting.prefix)-\(word)-\(number)"
    }
    return name
  }

  private func service(of entries: [Crontab.Entry], _ name: String, _ crontab: Crontab) -> Unit {
    let entry = entries[0]
    let words =
      entry.words(root: setting.root, trigger: "timer", additions: ["--wait"] + sandbox).map { [setting.executable] + $0 }
      ?? [
        "/bin/sh", "-c",
        entry.shellLine(executable: setting.executable, root: setting.root, trigger: "timer", additions: ["--wait"] + sandbox),
      ]
    let restarts =
      entry.job == nil
      ? "Restart=no"
      : """
      # A run that was killed is continued. Any other end is final; a partial run (3) is a failed unit, since somebody should look.
      Restart=on-failure
      RestartSec=60s
      RestartPreventExitStatus=1 3 64 65 70 74 75 77 78 130 143
      """
    let environment = crontab.settings.filter {
      $0.line < entry.line && !["MAILTO", "MAILFROM", "SHELL", "LOGNAME", "HOME"].contains($0.name)
    }
    .map { "Environment=\(SystemdText.word("\($0.name)=\($0.value)", dollars: false))\n" }.joined()
    let text =
      head + """
        [Unit]
        Description=jobs: \(SystemdText.value(entry.job ?? entry.command))
        Wants=network-online.target
        After=network-online.target time-sync.target
        StartLimitIntervalSec=1h
        StartLimitBurst=5

        [Service]
        Type=oneshot
        ExecStart=\(words.map { SystemdText.word($0) }.joined(separator: " "))
        # A job has a timeout of its own, and may have to wait for another run.
        TimeoutStartSec=infinity
        TimeoutStopSec=30s
        \(restarts)
        \(environment)\(surroundings)

        """
    return Unit(name: name + ".service", text: text, isEnabled: false)
  }

  private func timer(of entries: [Crontab.Entry], _ name: String) -> Unit {
    var calendar = ""
    for entry in entries {
      let events = events(of: entry)
      calendar += "# crontab:\(entry.line): \(SystemdText.comment(entry.expression.text)) in \(entry.zoneName)"
      calendar += events.isExact ? "\n" : "; wakes at every time that this may be in UTC, and the job decides which are due\n"
      calendar += events.texts.map { "OnCalendar=\($0)\n" }.joined()
    }
    let text =
      head + """
        [Unit]
        Description=jobs: when \(SystemdText.value(entries[0].job ?? entries[0].command)) is due

        [Timer]
        \(calendar)# After a night without power it wakes at once; the job makes up what its `missed` says.
        Persistent=true
        AccuracySec=1s
        Unit=\(name).service

        [Install]
        WantedBy=timers.target

        """
    return Unit(name: name + ".timer", text: text, isEnabled: true)
  }

  private var head: String {
    Self.mark(root: setting.root)
      + "\n# What is changed here is lost at the next install; `systemctl edit` keeps changes in a file of their own.\n\n"
  }
}
