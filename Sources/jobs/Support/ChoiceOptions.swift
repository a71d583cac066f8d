import ArgumentParser
import JobGraph

/// What `jobs run` and `jobs plan` are asked to look at: one set of options, so that a plan is told what a run is told.
struct ChoiceOptions: ParsableArguments {
  @Option(help: "What the run is about: a day (its midnight UTC) or an instant. Default: the latest scheduled one.")
  var date: String?

  @Option(help: "Only these steps: a name, +name, name+ or tag:name, or several with commas. May be repeated.")
  var only: [String] = []

  @Option(help: "All but these steps.")
  var skip: [String] = []

  @Option(name: .customLong("set"), help: "A parameter of the job: NAME=VALUE. May be repeated.")
  var overrides: [String] = []

  var selection: Selection { Selection(only: only, skip: skip) }
}
