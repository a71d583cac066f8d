import JobGraph
import Scheduling

extension RunPage {
  /// The text of `run.json`: the facts of the run, durations in seconds.
  public var json: String {
    JSONValue.object([
      .init("schema", .string("jobs.report.run/1")), .init("run", .string(id)), .init("job", .string(job)),
      .init("logical_date", .time(logicalDate)), .init("trigger", .string(trigger)), .init("state", .string(state)),
      .init("started", .time(started)), .init("ended", .time(ended)), .init("steps", .array(steps.map(\.json))),
      .init("requests", .array(requests.map(\.json))), .init("plan_notes", .strings(planNotes)),
    ]).text
  }
}

extension RunPage.StepFacts {
  fileprivate var json: JSONValue {
    .object([
      .init("step", .string(step)), .init("uses", .string(uses)), .init("state", .string(state.rawValue)),
      .init("critical", .bool(isCritical)), .init("note", .optional(note)), .init("planned_seconds", .seconds(plannedDuration)),
      .init("requests", .int(requests)), .init("planned_requests", .optional(plannedRequests)),
      .init("tasks", .array(tasks.map(\.json))),
    ])
  }
}

extension RunPage.TaskFacts {
  fileprivate var json: JSONValue {
    let attempts = attempts.map { attempt in
      JSONValue.object([
        .init("started", .time(attempt.started)), .init("ended", .time(attempt.ended)), .init("error", .optional(attempt.error)),
      ])
    }
    return .object([
      .init("task", .string(name)), .init("state", .string(state.rawValue)), .init("waited_seconds", .seconds(waited)),
      .init("attempts", .array(attempts)),
    ])
  }
}

extension RunPage.RequestFacts {
  fileprivate var json: JSONValue {
    .object([
      .init("provider", .string(provider)), .init("requests", .int(requests)), .init("failed", .int(failed)),
      .init("retried", .int(retried)), .init("bytes", .optional(bytes)), .init("waited_seconds", .seconds(waited)),
    ])
  }
}
