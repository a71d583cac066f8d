import Mirroring
import Testing

@Suite struct `Rules that are made from the configuration` {
  static let access = RealtimeAccess(
    projection: Projection([
      .quotes: PathTemplate("quotes/{source}/{symbol}/{interval}")!, .signals: ProjectedPart.signals.standard,
      .reports: ProjectedPart.reports.standard,
    ]),
    roles: [
      .init("everybody", .signedIn, reads: [.quotes]), .init("desk", .claim("role", .string("desk")), reads: [.signals, .reports]),
      .init("auditor", .claim("audit-level", .number(2)), reads: [.reports]),
    ], users: UserLimits())

  @Test func `say what was declared and nothing else`() throws {
    let rules = try SecurityRules(reading: Self.access.rulesText)
    let matrix = RulesMatrix(rules, as: Self.access, now: 1_000)
    for cell in matrix.differences {
      Issue.record("\(cell.identity) \(cell.operation) \(cell.path) \(cell.value): declared \(cell.isDeclared), \(cell.verdict)")
    }
    #expect(matrix.cells.count > 500 && matrix.identities.count == 8)
    // Both answers are there, or nothing was tried.
    #expect(matrix.cells.contains { $0.isDeclared && $0.identity == "auditor" } && matrix.cells.contains { !$0.isDeclared })
    #expect(rules.index(at: ["signals", "BRK%2EB", "1d", "sma-cross"]) == [.child("bar_time"), .child("valid_from")])
  }

  @Test func `are the same bytes for the same configuration, and begin with denying`() {
    let text = Self.access.rulesText
    #expect(text == Self.access.rulesText)
    #expect(
      text.hasPrefix(
        """
        {
          "rules": {
            ".read": false,
            ".write": false,
            "quotes": {
              ".read": "auth != null",
              ".write": false,
              "$source": {
                "$symbol": {
                  ".indexOn": ["open_time"]
                }
              }
            },
            "signals": {
              ".read": "auth != null && auth.token.role === 'desk'",
              ".write": false,
        """))
    #expect(text.contains(#"".read": "(auth != null && auth.token.role === 'desk') || (auth != null && auth.token['audit-level'] === 2)""#))
  }

  @Test func `of parts that share a level grant none of it for all`() throws {
    var access = Self.access
    access.projection = Projection([
      .quotes: PathTemplate("market/{symbol}/quotes/{source}/{interval}")!,
      .signals: PathTemplate("market/{symbol}/signals/{interval}/{strategy}/{time}")!, .reports: PathTemplate("{job}/{date}")!,
    ])
    access.users = nil
    access.projection = Projection([.quotes: access.projection[.quotes]!, .signals: access.projection[.signals]!])
    let rules = try SecurityRules(reading: access.rulesText)
    #expect(RulesMatrix(rules, as: access, now: 0).differences == [])
    let ann = RealtimeIdentity.user("ann")
    #expect(rules.reads("market/BTCUSDT/quotes", as: ann) && !rules.reads("market/BTCUSDT", as: ann))
    #expect(!rules.reads("market/BTCUSDT/signals", as: ann) && rules.reads("mirror/copy/market/BTCUSDT/quotes/x", as: ann))
  }

  @Test(arguments: ["it's", "a\\b", "\n", "'] === 5 || true || ['", "x' || true || '", "\u{7f}é"])
  func `cannot be led astray by the text of a claim`(text: String) throws {
    var access = Self.access
    access.roles = [.init("odd", .claim(text, .string(text)), reads: [.quotes])]
    let rules = try SecurityRules(reading: access.rulesText)
    #expect(RulesMatrix(rules, as: access, now: 0).differences == [])
  }

  /// Each of these is a mistake somebody makes by hand; the matrix must find it.
  @Test(arguments: [
    (#"".write": false"#, #"".write": "auth != null""#), (#"".read": false"#, #"".read": true"#),
    (#"auth.token.role === 'desk'"#, "true"), ("auth.uid === $uid", "auth.uid != $uid"), ("<= 80", "<= 81"),
    (#""$other": {"#, #""$other": {".read": "false"}, "unknown": {"#), ("([0-9]|[1-9][0-9])", "([0-9]+)"),
    (#"hasChildren(['display_name'])"#, "hasChildren()"),
    (#"hasChildren(['symbol', 'kind'])"#, "hasChildren(['kind'])"), ("matches(/^(mail|telegram|webhook|none)$/)", "matches(/mail|fax/)"),
  ])
  func `are told apart from rules that say something else`(right: String, wrong: String) throws {
    let text = Self.access.rulesText
    #expect(text.contains(right))
    let rules = try SecurityRules(reading: text.replacing(right, with: wrong))
    #expect(!RulesMatrix(rules, as: Self.access, now: 0).differences.isEmpty, "\(wrong) was not noticed")
  }

  @Test func `deny every client every write to what the mirror writes`() throws {
    for seed in UInt64(1)...60 {
      var random = Seeded(seed)
      let access = RealtimeAccess.random(&random)
      let rules = try SecurityRules(reading: access.rulesText)
      #expect(RulesMatrix(rules, as: access, now: 0).differences == [], "seed \(seed)")
      let parts = access.projection.parts
      for _ in 0..<40 {
        guard let part = parts.randomElement(using: &random), let template = access.projection[part] else { continue }
        let holes = Dictionary(template.holes.map { ($0, ["ann", "BRK.B", "users", "x", "1d"].randomElement(using: &random)!) }) { $1 }
        var path = template.path(holes)!.keys.map { $0.replacing(".", with: "%2E") }
        if Bool.random(using: &random) { path = ["mirror", "copy"] + path }
        path = Array(path.prefix(Int.random(in: 0...path.count, using: &random)))
        if path.count > 1, Bool.random(using: &random) { path.append("more") }
        let identity = [
          RealtimeIdentity.nobody, .user("ann"), .user("x", claims: ["role": .string("desk"), "admin": .bool(true)]),
          .auth(.node(["uid": .string("ann"), "admin": .bool(true), "token": .string("admin")])),
        ].randomElement(using: &random)!
        let before = Bool.random(using: &random) ? RealtimeValue.null : RealtimeValue.null.setting(.number(1), at: path + ["deep"])
        for value in [RealtimeValue.null, .number(5), .node(["deep": .string("x")])] {
          let after = path.isEmpty ? value : before.setting(value, at: path)
          let verdict = rules.allowsWrite(changes: [path], auth: identity, now: 0, root: before, newRoot: after)
          #expect(!verdict.isAllowed, "seed \(seed): \(identity) writes /\(path.joined(separator: "/"))")
        }
      }
    }
  }
}

extension RealtimeAccess {
  /// Some parts at some places, some roles with some claims.
  fileprivate static func random(_ random: inout Seeded) -> RealtimeAccess {
    var templates: [ProjectedPart: PathTemplate] = [:]
    for part in ProjectedPart.allCases where Int.random(in: 0..<4, using: &random) > 0 {
      let top = ["", "market/", "results/now/"].randomElement(using: &random)!
      templates[part] = PathTemplate(
        top + part.rawValue + "/" + part.standard.holes.shuffled(using: &random).map { "{\($0)}" }.joined(separator: "/"))
    }
    let roles = (0..<Int.random(in: 0...4, using: &random)).map { number -> Role in
      let claim = ["role", "level", "a-b"].randomElement(using: &random)!
      let value = [RealtimeValue.string("desk"), .number(3), .bool(true)].randomElement(using: &random)!
      let who = [Who.anyone, .signedIn, .claim(claim, value), .claim(claim, value)].randomElement(using: &random)!
      return Role("role\(number)", who, reads: ProjectedPart.allCases.filter { _ in Bool.random(using: &random) })
    }
    let limits = UserLimits(
      nameMax: Int.random(in: 1...200, using: &random), watchlistMax: Int.random(in: 1...130, using: &random),
      alertsMax: Int.random(in: 1...60, using: &random))
    return RealtimeAccess(projection: Projection(templates), roles: roles, users: Bool.random(using: &random) ? limits : nil)
  }
}

@Suite struct `Rules that are deployed` {
  /// A database that keeps what it is given, or something else.
  private actor Database: RulesDeployment {
    nonisolated let place = "firebase https://x"
    private var text = ""
    private let change: @Sendable (String) -> String

    init(_ change: @escaping @Sendable (String) -> String = { $0 }) { self.change = change }

    func put(rules: String) { text = change(rules) }
    func rules() -> String { text }
  }

  private let text = GeneratedRules.access.rulesText
  private typealias GeneratedRules = `Rules that are made from the configuration`

  @Test func `come back, whatever their blanks and comments`() async throws {
    _ = try await Database().deploy(text)
    _ = try await Database { "// deployed\n" + $0.replacing("\n", with: "") }.deploy(text)
  }

  @Test func `that do not come back are told, with the place`() async throws {
    let other = Database { $0.replacing("\"auth != null\"", with: "true") }
    await #expect(throws: RulesDeploymentFailure.differs(place: other.place, at: "/rules/quotes/.read")) { try await other.deploy(text) }
    let more = Database { $0.replacing("\"quotes\": {", with: "\"open\": {\".write\": true}, \"quotes\": {") }
    await #expect(throws: RulesDeploymentFailure.differs(place: more.place, at: "/rules/mirror/copy/open")) { try await more.deploy(text) }
    await #expect(throws: RulesDeploymentFailure.self) { try await Database { _ in "{" }.deploy(text) }
  }
}
