import JobGraph
import Scheduling

extension RunPage {
  static let template = """
    {{<frame}}{{$main}}<h1>Run of {{job}} <span class="soft">{{date}}</span></h1>
    \(Verdict.template)
    \(Fact.template)
    {{>sections}}{{/main}}{{/frame}}
    """

  var view: View {
    let date = TimeStyle.moment(logicalDate)
    let frame = PageFrame(title: "Run \(id): \(state)", crumbs: [("Overview", overview), ("Run \(id)", nil)])
    return frame.view { view in
      view["job"] = .text(job)
      view["date"] = .text("for \(date)")
      view["verdict"] = .view(Verdict(verdict, word: state, sentences: []).view)
      view["facts"] = .list(facts.map(\.view))
      view["sections"] = .list(sections.map(\.view))
    }
  }

  private var facts: [Fact] {
    let tasks = steps.flatMap(\.tasks)
    return [
      Fact("Run", id), Fact("Trigger", trigger), Fact("Started", TimeStyle.moment(started)),
      Fact("Took", ended.map { TimeStyle.length($0 - started) } ?? "still running"), Fact("Tasks", tasks.count),
      Fact("Attempts", tasks.reduce(0) { $0 + $1.attempts.count }), Fact("Requests", requests.reduce(0) { $0 + $1.requests }),
    ]
  }

  private var sections: [PageSection] {
    var sections = [PageSection("timeline", "Timeline", blocks: timelineBlocks)]
    sections.append(PageSection("steps", "Steps", count: NumberStyle.count.text(steps.count), blocks: [.markup(stepTable)]))
    sections.append(
      PageSection("tasks", "Tasks", count: NumberStyle.count.text(steps.reduce(0) { $0 + $1.tasks.count }), blocks: taskBlocks))
    if !requests.isEmpty { sections.append(PageSection("requests", "Requests", blocks: [.markup(requestTable)])) }
    if !planNotes.isEmpty { sections.append(PageSection("plan", "Otherwise than planned", blocks: [.list(planNotes)])) }
    return sections
  }

  private var timelineBlocks: [PageSection.Block] {
    guard !steps.isEmpty else { return [.note("The run has no steps.")] }
    let timeline = timeline
    let note = "One row per step, a bar per attempt" + (steps.contains(where: \.isCritical) ? "; ◆ is the critical path" : "")
    return [.markup(Figure.markup(heading: timeline.finding, note: note, timeline.svg))]
  }

  /// The steps over time, in the order of the run's page.
  public var timeline: Timeline {
    let ends = steps.compactMap { $0.span?.end } + [ended].compactMap { $0 }
    let rows = steps.map { step in
      Timeline.Row(
        name: step.step, state: step.state, isCritical: step.isCritical,
        bars: step.tasks.flatMap { task in task.attempts.map { Self.bar(of: $0, task: task, step: step) } })
    }
    return Timeline(title: "Timeline of the run", finding: longestFinding, start: started, end: ends.max() ?? started, rows: rows)
  }

  private static func bar(of attempt: Attempt, task: TaskFacts, step: StepFacts) -> Timeline.Bar {
    let end = attempt.ended ?? attempt.started
    let isLast = attempt == task.attempts.last
    let state: TaskState = attempt.error == nil ? task.state : (isLast ? task.state : .retrying)
    let name = task.name.isEmpty ? step.step : "\(step.step) \(task.name)"
    return Timeline.Bar(
      start: attempt.started, end: end, state: state,
      text: "\(name): \(TimeStyle.length(end - attempt.started))" + (attempt.error.map { ", \($0)" } ?? ""))
  }

  private var longestFinding: String {
    let spans = steps.compactMap { step in step.span.map { (step.step, $0.end - $0.start) } }
    guard let longest = spans.max(by: { $0.1 < $1.1 }) else { return "No step has begun." }
    return "The longest step is \(longest.0): \(TimeStyle.length(longest.1))."
  }

  private var stepTable: Markup {
    HTMLTable(
      caption: "Steps of the run",
      columns: [
        .text("Step"), .text("Uses"), .text("State"), .number("Tasks"), .number("Failed"), .number("Attempts"), .number("Requests"),
        .number("Planned", "The most requests that the plan would make"), .number("Took"),
        .number("Planned", "What it took in earlier runs"), .text("Note"),
      ],
      rows: steps.map { step in
        [
          .text((step.isCritical ? "◆ " : "") + step.step), .text(step.uses), .state(step.state.rawValue, step.state.verdict),
          .count(step.tasks.count), .count(step.tasks.filter { $0.state == .failed }.count),
          .count(step.tasks.reduce(0) { $0 + $1.attempts.count }), .count(step.requests),
          .number(step.plannedRequests.map { NumberStyle.count.text($0) } ?? "—"),
          .number(step.span.map { TimeStyle.length($0.end - $0.start) } ?? "—"),
          .number(step.plannedDuration.map(TimeStyle.length) ?? "—"), step.note.map { .prose($0) } ?? .text("—"),
        ]
      }
    ).markup
  }

  /// What did not simply succeed in sight, everything when asked for.
  private var taskBlocks: [PageSection.Block] {
    let all = steps.flatMap { step in step.tasks.map { (step.step, $0) } }
    let notable = all.filter { $0.1.state != .succeeded || $0.1.attempts.count > 1 }
    let first: PageSection.Block =
      notable.isEmpty
      ? .note("Every task succeeded at its first attempt.")
      : .markup(Self.taskTable(notable, caption: "Tasks that failed, were skipped or needed more than one attempt"))
    return [first, .fold(summary: "All tasks (\(NumberStyle.count.text(all.count)))", Self.taskTable(all, caption: "All tasks"))]
  }

  private static func taskTable(_ tasks: [(String, TaskFacts)], caption: String) -> Markup {
    HTMLTable(
      caption: caption,
      columns: [
        .text("Step"), .text("Task"), .text("State"), .number("Attempts"), .number("Took"),
        .number("Waited", "Ready, without slot or quota"),
        .text("Errors"),
      ],
      rows: tasks.map { step, task in
        let spans = task.attempts.compactMap { attempt in attempt.ended.map { $0 - attempt.started } }
        let errors = task.attempts.enumerated().compactMap { index, attempt in attempt.error.map { "attempt \(index + 1): \($0)" } }
        return [
          .text(step), .text(task.name.isEmpty ? "—" : task.name), .state(task.state.rawValue, task.state.verdict),
          .count(task.attempts.count),
          .number(spans.isEmpty ? "—" : TimeStyle.length(spans.reduce(.zero, +))), .number(task.waited.map(TimeStyle.length) ?? "—"),
          errors.isEmpty ? .text("—") : .prose(errors.joined(separator: "; ")),
        ]
      }
    ).markup
  }

  private var requestTable: Markup {
    HTMLTable(
      caption: "Requests per provider",
      columns: [.text("Provider"), .number("Requests"), .number("Failed"), .number("Retried"), .number("Bytes"), .number("Waited")],
      rows: requests.map { row in
        [
          .text(row.provider), .count(row.requests), .count(row.failed), .count(row.retried), .count(row.bytes),
          .number(row.waited.map(TimeStyle.length) ?? "—"),
        ]
      }, fillsWidth: false
    ).markup
  }
}
