import JobGraph

extension DiagnosticCode {
  /// What is wrong with `${{ ... }}`.
  var expressionExplanation: Explanation {
    switch self {
    case .badExpression:
      Explanation(
        "an expression that cannot be read",
        cause:
          "A bracket or quote is left open, an operator or a value is missing, or it is longer than \(Expression.lengthMax) characters.",
        remedy: "The caret stands where reading stopped. Job files, the page about expressions, lists all operators and functions.",
        wrong: "steps:\n  a: { uses: nothing, when: \"${{ weekday = 'sun' }}\" }",
        right: "steps:\n  a: { uses: nothing, when: \"${{ weekday == 'sun' }}\" }", in: .job)
    case .wrongOperand:
      Explanation(
        "a value of a type that does not fit its operator",
        cause: "Expressions are typed before anything runs: a text is not compared with a number, and a condition is true or false.",
        remedy: "Compare like with like; `text(...)` makes a text of anything, `date(...)` a day of a text.",
        wrong: "steps:\n  a: { uses: nothing, when: \"${{ day == '1' }}\" }",
        right: "steps:\n  a: { uses: nothing, when: \"${{ day == 1 }}\" }", in: .job)
    case .missingNeed:
      Explanation(
        "a condition about a step that may not have ended",
        cause: "`when` asks how a step ended, and the step does not wait for it, neither directly nor through others.",
        remedy: "Add it to `needs`.",
        wrong: "steps:\n  a: { uses: nothing }\n  b: { uses: nothing, when: \"${{ steps.a.failed }}\" }",
        right: "steps:\n  a: { uses: nothing }\n  b: { uses: nothing, needs: [a], when: \"${{ steps.a.failed }}\" }", in: .job)
    case .noValue:
      Explanation(
        "an expression without a value",
        cause: "It divides by zero, its number is beyond 64 bits, or its day lies outside of what the calendar knows.",
        remedy: "Guard it: in `n != 0 and 10 / n > 2` the right side is not computed when the left one is false.",
        wrong: "steps:\n  a: { uses: nothing, when: \"${{ 1 / 0 > 1 }}\" }",
        right: "steps:\n  a: { uses: nothing, when: \"${{ 1 / 2 > 1 }}\" }", in: .job)
    case .mixedExpression:
      Explanation(
        "an expression with something around it, or without its end",
        cause: "A value is a text or an expression, never both: there are no templates. In braces an expression stands in quotes.",
        remedy: "Put the texts into the expression and join them with `+`.",
        wrong: "steps:\n  a: { uses: shell, with: { run: [echo, \"night ${{ date }}\"] } }",
        right: "steps:\n  a: { uses: shell, with: { run: [echo, \"${{ 'night ' + text(date) }}\"] } }", in: .job)
    default:
      Explanation(
        "a value that is known too late",
        cause:
          "Only `when` can ask how steps ended, since all else is fixed when the plan is made; a parameter cannot refer to another one.",
        remedy: "Decide with `when`, on a step for each case.",
        wrong: "steps:\n  a: { uses: nothing }\n  b: { uses: nothing, needs: [a], each: { x: [\"${{ text(steps.a.tasks) }}\"] } }",
        right: "steps:\n  a: { uses: nothing }\n  b: { uses: nothing, needs: [a], when: \"${{ steps.a.tasks > 1 }}\" }", in: .job)
    }
  }
}
