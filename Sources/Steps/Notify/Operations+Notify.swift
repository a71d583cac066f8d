import JobGraph

extension Operations {
  static let notifySend = OperationDeclaration(
    name: "notify.send", summary: "Tells people of the run: its verdict, failures, signals, as notifications.yaml says.",
    discussion: """
      For `finally`. What is to be told is put in line together with the remark that it was told, so no run tells it twice, also when it is
      killed and resumed. Then what is due is sent: of this run, of quiet hours that are over, of what could not be sent before. What is
      not sent within its time waits for the next run. When something was not told the step fails, and the run is partial; the next report
      names it. In a sandbox only channels on the loopback that allow it are contacted, and with --offline none. Without a channel it does
      nothing.
      """,
    parameters: [
      ParameterDeclaration("within", .duration, default: .string("1m"), summary: "nothing is begun to be sent after so long")
    ],
    reads: ["runs", "reports", "signals", "quality_results", "quarantine"],
    writes: [.appending(to: "notifications"), "notification_states", "closed_channels"])
}
