import JobGraph

/// Checks what only the order of the steps can make right: who judges whose end, and who reads what another writes.
struct OrderCheck {
  let findings: Findings
  let loader: JobLoader

  /// More hazards than these are not told apart: one missing entry of `needs` is often the cause of many.
  private static let hazardsMax = 50

  /// - Parameter edges: of each step, those it waits for; without a circle.
  func check(_ steps: [StepDraft], finally: [StepDraft], edges: [[Int]]) {
    let all = steps + finally
    let order = StepOrder(before: edges, firstFinal: steps.count)
    checkConditions(all, order)
    reportHazards(all, order)
  }

  private func checkConditions(_ all: [StepDraft], _ order: StepOrder) {
    let index = Dictionary(all.enumerated().map { ($1.step.id, $0) }, uniquingKeysWith: { first, _ in first })
    let questions = all.enumerated().flatMap { number, draft in
      draft.judged.compactMap { name in index[name.value].map { (judge: number, judged: $0, name: name) } }
    }
    let answers = order.areOrdered(questions.map { (first: $0.judged, second: $0.judge) })
    for (question, isOrdered) in zip(questions, answers) where !isOrdered {
      let (judge, judged) = (all[question.judge].step.id, question.name.value)
      if judge == judged {
        findings.add(.missingNeed, at: question.name.spot, "`\(judge)` judges its own end", label: "it has not begun then")
      } else if question.judged >= order.firstFinal, question.judge < order.firstFinal {
        findings.add(
          .missingNeed, at: question.name.spot, "`\(judge)` judges `\(judged)`, a step of `finally`", label: "it runs after all others")
      } else {
        findings.add(
          .missingNeed, at: question.name.spot, "`\(judge)` judges `\(judged)`, but does not wait for it", label: "it may not have ended",
          expected: "`needs: [\(judged)]` in `\(judge)`, or a step in `needs` that waits for it", others: [all[question.judged].spot])
      }
    }
  }

  private func reportHazards(_ all: [StepDraft], _ order: StepOrder) {
    let accesses = all.map { draft in loader.operations[draft.step.uses].map { $0.accesses(of: draft.step) } ?? [] }
    let (hazards, isCut) = HazardSearch(order: order, accesses: accesses).run(limit: Self.hazardsMax)
    for hazard in hazards {
      // Mostly it is the reader that should wait; of two writers the one that stands later.
      let isTurned = hazard.earlyMode == .reads && hazard.lateMode != .reads
      let (early, late) = isTurned ? (all[hazard.second], all[hazard.first]) : (all[hazard.first], all[hazard.second])
      let (earlyMode, lateMode) = isTurned ? (hazard.lateMode, hazard.earlyMode) : (hazard.earlyMode, hazard.lateMode)
      let (one, other) = (early.step.id, late.step.id)
      findings.add(
        .hazard, at: late.usesSpot ?? late.spot,
        "`\(other)` \(lateMode.verb) `\(hazard.resource)`, which `\(one)` \(earlyMode.verb), and nothing orders them",
        label: "may come before or after it", expected: "`needs: [\(one)]` in `\(other)`, or the other way round",
        others: [early.usesSpot ?? early.spot])
    }
    if isCut, let last = hazards.last {
      findings.add(
        .hazard, at: all[last.second].spot, "more hazards than these \(Self.hazardsMax) are not listed", label: "and further on")
    }
  }
}
