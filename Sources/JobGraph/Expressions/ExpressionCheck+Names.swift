import Scheduling

extension ExpressionCheck {
  mutating func reference(_ path: [String], _ range: Range<Int>) -> ExpressionType {
    let node = ExpressionNode(range: range, kind: .reference(path))
    switch path[0] {
    case ExpressionName.parameters: return parameter(path, node)
    case ExpressionName.steps: return step(path, node)
    case ExpressionName.job where path.count == 1: return .text
    case let name where ExpressionName.dated.contains(name) && path.count == 1: return ExpressionName.type(ofDated: name)
    case let name where path.count == 1 && ExpressionFunction.named(name) != nil:
      add(.unknownName, node, "`\(name)` is a function", "its arguments are missing", expected: ExpressionFunction.named(name)?.usage)
      return .anything
    default:
      let known = ExpressionName.single + [ExpressionName.parameters, ExpressionName.steps]
      add(
        .unknownName, node, "nothing is called `\(path[0])`", "unknown name",
        expected: "\(ExpressionName.single.joined(separator: ", ")), parameters.NAME, steps.NAME.state; a text is written in quotes",
        name: .init(kind: "name", name: path[0], known: known + ["true", "false"]))
      return .anything
    }
  }

  private mutating func parameter(_ path: [String], _ node: ExpressionNode) -> ExpressionType {
    guard scope.allowsParameters else {
      add(.tooEarly, node, "`\(path.joined(separator: "."))` stands in a parameter", "a parameter cannot refer to another one")
      return .anything
    }
    guard path.count > 1, var value = scope.parameters[path[1]] else {
      let known = scope.parameters.keys.sorted()
      add(
        .unknownName, node, path.count > 1 ? "no parameter is called `\(path[1])`" : "`parameters` needs a name", "undefined",
        expected: known.isEmpty ? "a job that declares parameters" : "parameters of the job: \(known.joined(separator: ", "))",
        name: path.count > 1 ? .init(kind: "parameter", name: path[1], known: known) : nil)
      return .anything
    }
    for (depth, key) in path.enumerated().dropFirst(2) {
      guard let next = value[key] else {
        var known: [String] = []
        if case .map(let entries) = value { known = entries.map(\.key) }
        add(
          .unknownName, node, "`\(path[..<depth].joined(separator: "."))` has no key `\(key)`", "undefined",
          name: .init(kind: "key", name: key, known: known))
        return .anything
      }
      value = next
    }
    return ExpressionType(of: value)
  }

  private mutating func step(_ path: [String], _ node: ExpressionNode) -> ExpressionType {
    guard let steps = scope.steps else {
      add(.tooEarly, node, "how a step ended cannot be known here", "only `when` can ask for it")
      return .anything
    }
    guard path.count > 1, scope.stepSet.contains(path[1]) else {
      add(
        .unknownName, node, path.count > 1 ? "no step is called `\(path[1])`" : "`steps` needs the name of a step", "unknown step",
        name: path.count > 1 ? .init(kind: "step", name: path[1], known: steps) : nil)
      return .anything
    }
    let known = ExpressionName.ofStep.map(\.name)
    guard path.count == 3, let found = ExpressionName.ofStep.first(where: { $0.name == path[2] }) else {
      add(
        .unknownName, node, path.count > 2 ? "a step has no `\(path[2])`" : "what of the step `\(path[1])`", "undefined",
        expected: "one of \(known.map { "." + $0 }.joined(separator: " "))",
        name: path.count > 2 ? .init(kind: "property", name: path[2], known: known) : nil)
      return .anything
    }
    return found.type
  }

  mutating func call(_ name: String, _ arguments: [ExpressionNode], _ range: Range<Int>) -> ExpressionType {
    let node = ExpressionNode(range: range, kind: .call(name, arguments))
    guard let function = ExpressionFunction.named(name) else {
      for argument in arguments { _ = type(of: argument) }
      let known = ExpressionFunction.all.map(\.name)
      add(
        .unknownName, ExpressionNode(range: range.lowerBound..<range.lowerBound + name.unicodeScalars.count, kind: node.kind),
        "no function is called `\(name)`", "unknown function", expected: "functions: \(known.joined(separator: ", "))",
        name: .init(kind: "function", name: name, known: known))
      return .anything
    }
    let isVariadic = name == "min" || name == "max"
    let most = isVariadic ? Int.max : function.parameters.count
    guard (function.parameters.count - function.optional...most).contains(arguments.count) else {
      for argument in arguments { _ = type(of: argument) }
      add(.wrongType, node, "`\(name)` is given \(arguments.count) values", "expected `\(function.usage)`")
      return .anything
    }
    if function.isGeneral { return general(function, arguments) }
    for (argument, wanted) in zip(arguments, function.parameters) {
      _ = expect(argument, wanted, "`\(name)` takes", then: wanted)
    }
    checkValues(name, arguments)
    return function.result
  }

  /// Arguments that are refused for what they are, not for their type.
  private mutating func checkValues(_ name: String, _ arguments: [ExpressionNode]) {
    switch name {
    case "session", "last_session", "next_session":
      arguments.forEach { refuseSteps(in: $0, "an argument of `\(name)`") }
      guard case .literal(.text(let text)) = arguments[0].kind, !scope.calendars.contains(text) else { return }
      add(
        .unknownName, arguments[0], "no market calendar is called `\(text)`", "unknown calendar",
        expected: "calendars: \(scope.calendars.joined(separator: ", "))", name: .init(kind: "calendar", name: text, known: scope.calendars)
      )
    case "date":
      refuseSteps(in: arguments[0], "an argument of `date`")
      guard case .literal(.text(let text)) = arguments[0].kind, CivilDate(text) == nil else { return }
      add(.wrongType, arguments[0], "`\(text)` is not a day", "expected a day such as `2026-01-15`")
    default: break
    }
  }

  /// The type of a part, refused when nothing can be computed with it.
  private mutating func computable(_ node: ExpressionNode) -> ExpressionType {
    let type = type(of: node)
    guard case .opaque = type else { return type }
    refuseOpaque(node, type)
    return .anything
  }

  private mutating func general(_ function: ExpressionFunction, _ arguments: [ExpressionNode]) -> ExpressionType {
    switch function.name {
    case "length":
      let type = type(of: arguments[0])
      if case .list = type { return .whole }
      if !type.isText { add(.wrongType, arguments[0], "`length` takes a text or a list, this is \(type.name)", "has no length") }
      return .whole
    case "if":
      _ = expect(arguments[0], .flag, "`if` takes", then: .flag)
      let (one, other) = (computable(arguments[1]), computable(arguments[2]))
      guard let common = ExpressionType.common(one, other) else {
        add(.wrongType, arguments[2], "`if` gives \(one.name) or \(other.name)", "expected \(one.name)")
        return .anything
      }
      return common
    default:
      var common = ExpressionType.anything
      for argument in arguments {
        let next = computable(argument)
        guard let both = ExpressionType.common(common, next), both.isNumeric || both == .day else {
          add(
            .wrongType, argument, "`\(function.name)` takes numbers or days, this is \(next.name)",
            "expected \(common.isNumeric ? "a number" : common.name)")
          return .anything
        }
        common = both
      }
      return common
    }
  }
}
