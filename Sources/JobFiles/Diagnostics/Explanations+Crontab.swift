extension DiagnosticCode {
  /// What is wrong with a line of the crontab.
  var crontabExplanation: Explanation {
    switch self {
    case .cronExpression:
      of(
        "not a cron expression",
        cause: "A line begins with five fields (minute hour day-of-month month day-of-week) or a macro such as @daily.",
        remedy: "`jobs cron next \"EXPRESSION\"` shows what one means.", wrong: "60 2 * * *  jobs run nightly",
        right: "30 2 * * *  jobs run nightly")
    case .cronCommand:
      of(
        "an entry without a command", cause: "Nothing stands behind the five fields.", remedy: "Write what is to be started.",
        wrong: "30 2 * * *", right: "30 2 * * *  jobs run nightly")
    case .cronSixthField:
      of(
        "a sixth field of time", cause: "Some schedulers have a field of seconds; cron has none.", remedy: "Leave the seconds out.",
        wrong: "0 0 2 * * *  jobs run nightly", right: "0 2 * * *  jobs run nightly")
    case .cronUser:
      of(
        "a user in a crontab that has none", cause: "/etc/crontab names a user before the command; this file does not.",
        remedy: "Leave the user out.", wrong: "30 2 * * *  root jobs run nightly", right: "30 2 * * *  jobs run nightly")
    case .cronLine:
      of(
        "a line that is none of a comment, a setting and an entry", cause: "A crontab knows only these three.",
        remedy: "Put `#` before it, or complete it.", wrong: "every night  jobs run nightly", right: "@daily  jobs run nightly")
    case .cronSetting:
      of(
        "not a setting", cause: "A setting is `NAME = value`; the name has letters, digits and `_` only, and quotes are closed.",
        remedy: "Write it so.", wrong: "MAIL-TO=desk@example.com", right: "MAILTO=desk@example.com")
    case .cronZone:
      of(
        "a crontab in a zone that does not exist", cause: "CRON_TZ names a zone of the IANA database, or UTC.", remedy: "Use Area/City.",
        wrong: "CRON_TZ=Europe/Berln",
        right: "CRON_TZ=Europe/Berlin")
    case .cronJob:
      of(
        "`jobs run` without a job", cause: "The command would end with a usage error every night.", remedy: "Name a job.",
        wrong: "30 2 * * *  jobs run", right: "30 2 * * *  jobs run nightly")
    case .cronUnknownJob:
      of(
        "an entry that starts a job that does not exist", cause: "Jobs/ has no file of this name.",
        remedy: "`jobs list` shows the jobs there are.", wrong: "30 2 * * *  jobs run nigthly", right: "30 2 * * *  jobs run nightly")
    case .cronNul:
      of(
        "a NUL character", cause: "No command can hold one.", remedy: "Remove it.", wrong: "30 2 * * *  jobs run night\0ly",
        right: "30 2 * * *  jobs run nightly")
    case .cronOtherZone:
      Explanation(
        "a line that cron(8) would start at other times",
        cause:
          "Debian's cron knows only the system's zone, and no other expression says the same in it, because the two zones change their clocks apart.",
        consequence: "`jobs cron install` writes nothing. Exit status 78.",
        remedy:
          "Write the line in the system's zone, set the system's zone, or use `jobs cron systemd` or `jobs cron run`, which know zones.",
        wrong: "CRON_TZ=America/New_York\n30 6 * * *  jobs run nightly", right: "CRON_TZ=UTC\n30 11 * * *  jobs run nightly", in: .crontab)
    case .cronPath:
      Explanation(
        "a path that cron(8) cannot use", cause: "cron starts in the home folder, so paths are absolute; a line holds no line break.",
        consequence: "`jobs cron install` writes nothing. Exit status 78.", remedy: "Give an absolute path.",
        wrong: "jobs cron install --root desk", right: "jobs cron install --root /srv/desk", in: .command)
    case .cronWord:
      of(
        "a word that looks like a user", cause: "/etc/crontab names a user before the command; this file does not.",
        consequence: harmless, remedy: "Leave the user out; a program of that name is fine.",
        wrong: "30 2 * * *  desk jobs run nightly", right: "30 2 * * *  jobs run nightly")
    case .cronPercent:
      of(
        "a bare percent sign",
        cause: "cron(8) reads `%` as the end of the line. Here it stands for itself, and is written as `\\%` for cron.",
        consequence: harmless, remedy: "Write `\\%`.", wrong: "30 2 * * *  date +%F", right: "30 2 * * *  date +\\%F")
    case .cronLastLine:
      of(
        "a last line without a line break", cause: "cron(8) refuses such a file.", consequence: harmless,
        remedy: "End the file with a line break.",
        wrong: "30 2 * * *  jobs run nightly", right: "30 2 * * *  jobs run nightly\n")
    default:
      of(
        "a carriage return", cause: "An editor for Windows left it; cron(8) would make it part of the command.", consequence: harmless,
        remedy: "Save the file with plain line breaks.", wrong: "30 2 * * *  jobs run nightly\r", right: "30 2 * * *  jobs run nightly")
    }
  }

  private var harmless: String { "The line is read as it is meant; nothing is held up." }

  private func of(
    _ title: String, cause: String, consequence: String = "Jobs that are started by the crontab do not start. Exit status 78.",
    remedy: String, wrong: String, right: String
  ) -> Explanation {
    Explanation(title, cause: cause, consequence: consequence, remedy: remedy, wrong: wrong, right: right, in: .crontab)
  }
}
