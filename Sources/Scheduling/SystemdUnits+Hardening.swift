extension SystemdUnits {
  /// Where a service works and what it may do.
  var surroundings: String {
    let own = ["WorkingDirectory=\(SystemdText.value(setting.root))", "UMask=0077", "KillMode=mixed"]
    let user = setting.account.map { ["User=\($0)"] } ?? []
    let keys = setting.credentials.sorted { $0.key < $1.key }.map { "LoadCredential=\($0.key):\(SystemdText.value($0.value))" }
    let limits = ["LimitCORE=0", "MemoryMax=2G", "TasksMax=256", "OOMPolicy=stop"]
    return (user + own + keys + limits + (setting.account == nil ? Self.ofUser : Self.ofSystem + places)).joined(separator: "\n")
  }

  /// What the program may see of the files. `data` and `reports` alone are writable.
  private var places: [String] {
    let written = ["data", "reports"].map { SystemdText.word("\(setting.root)/\($0)", dollars: false) }.joined(separator: " ")
    let hidden = [setting.root, setting.executable] + setting.libraries
    let bound = hidden.filter { path in Self.hiddenFolders.contains { path == $0 || path.hasPrefix($0 + "/") } }
    guard !bound.isEmpty else { return ["ProtectHome=yes", "PrivateTmp=yes", "ReadWritePaths=\(written)"] }
    let texts = bound.map { SystemdText.word($0, dollars: false) }.joined(separator: " ")
    return [
      "# The project or the program lies where a service sees nothing: these paths are shown to it.",
      "ProtectHome=tmpfs", "PrivateTmp=yes", "BindReadOnlyPaths=\(texts)", "BindPaths=\(written)",
    ]
  }

  /// Folders that `ProtectHome` and `PrivateTmp` hide.
  public static let hiddenFolders = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"]

  private static let ofSystem = [
    "NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateDevices=yes", "PrivateUsers=yes", "PrivateMounts=yes", "ProtectClock=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes", "ProtectKernelModules=yes", "ProtectKernelTunables=yes", "ProtectControlGroups=yes", "ProtectProc=invisible",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "RestrictNamespaces=yes", "RestrictRealtime=yes", "RestrictSUIDSGID=yes",
    "LockPersonality=yes", "MemoryDenyWriteExecute=yes", "SystemCallArchitectures=native", "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources", "SystemCallErrorNumber=EPERM", "CapabilityBoundingSet=", "AmbientCapabilities=",
    "RemoveIPC=yes",
  ]

  /// A user's own manager cannot shut files or capabilities away; what needs no privilege stays.
  private static let ofUser = [
    "NoNewPrivileges=yes", "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "RestrictNamespaces=yes", "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes", "LockPersonality=yes", "MemoryDenyWriteExecute=yes", "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service", "SystemCallErrorNumber=EPERM",
  ]
}

/// Writing for unit files; see systemd.syntax(7) and systemd.service(5).
enum SystemdText {
  /// One word: quoted where needed, with `%` and, for a command line, `$` doubled.
  static func word(_ text: String, dollars: Bool) -> String {
    var escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n").replacing("\t", with: "\\t")
    escaped = escaped.replacing("%", with: "%%")
    if dollars { escaped = escaped.replacing("$", with: "$$") }
    let isPlain = !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-./:@+,=".contains($0)) }
    return isPlain ? escaped : "\"\(escaped)\""
  }

  /// A word of a command line.
  static func word(_ text: String) -> String { word(text, dollars: true) }

  /// The rest of a line, as it is but for `%`.
  static func value(_ text: String) -> String { comment(text).replacing("%", with: "%%") }

  /// On one line; a backslash at its end would join the next one.
  static func comment(_ text: String) -> String {
    var line = text.replacing("\n", with: " ").replacing("\r", with: " ")
    while line.last == "\\" { line.removeLast() }
    return line
  }
}
