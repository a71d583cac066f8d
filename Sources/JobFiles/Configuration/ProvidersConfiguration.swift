public import Foundation

/// `providers.yaml`: where the providers are and what they allow.
public struct ProvidersConfiguration: Sendable, Equatable {
  /// In the order of the file.
  public var providers: [Provider]

  public init(_ providers: [Provider]) { self.providers = providers }

  public subscript(name: String) -> Provider? { providers.first { $0.name == name } }

  public struct Provider: Sendable, Equatable {
    public var name: String
    /// https; plain http only to a loopback address.
    public var baseURL: URL
    /// nil: it wants none.
    public var key: Key?
    /// All of them hold at once.
    public var limits: [LimitSetting]
    /// The header of an answer that says how much of the quota is used, in lower case.
    public var usageHeader: String?
    /// Above 0, at most 1: the share of each limit that is spent, the rest being left to others behind the same address.
    public var safetyShare: Double
    /// The longest that one request may take.
    public var timeout: Duration
    /// Whom the provider can reach: sent in the User-Agent.
    public var contact: String?

    public init(
      name: String, baseURL: URL, key: Key? = nil, limits: [LimitSetting] = [], usageHeader: String? = nil, safetyShare: Double = 1,
      timeout: Duration = .seconds(30), contact: String? = nil
    ) {
      (self.name, self.baseURL, self.key, self.limits) = (name, baseURL, key, limits)
      (self.usageHeader, self.safetyShare, self.timeout, self.contact) = (usageHeader, safetyShare, timeout, contact)
    }
  }

  /// How a key is sent. The key itself is never in a file under `Jobs/`.
  public struct Key: Sendable, Equatable {
    /// The name of the query parameter.
    public var parameter: String
    /// The name of the secret.
    public var secret: String

    public init(parameter: String, secret: String) { (self.parameter, self.secret) = (parameter, secret) }
  }

  /// One line of `limits`: `{ weight: 6000, per: 1m }`.
  public struct LimitSetting: Sendable, Equatable {
    public var unit: Unit
    /// At least 1.
    public var amount: Int
    /// Zero for requests at once.
    public var per: Duration
    /// Any stretch of this length counts; otherwise the window begins on the clock.
    public var isRolling: Bool
    /// The IANA zone at whose midnight a limit per day begins anew; nil: UTC.
    public var resetZone: String?

    public enum Unit: String, Sendable, CaseIterable {
      /// What the provider says a request costs.
      case weight
      /// Each request is 1.
      case requests
      /// Each request is 1 as long as it is under way; there is no window.
      case concurrent
    }

    public init(unit: Unit, amount: Int, per: Duration, isRolling: Bool = false, resetZone: String? = nil) {
      (self.unit, self.amount, self.per, self.isRolling, self.resetZone) = (unit, amount, per, isRolling, resetZone)
    }
  }
}

extension ProvidersConfiguration {
  private static let keys = ["base_url", "key", "limits", "usage_header", "safety_share", "timeout", "contact"]

  init(_ root: Tree, _ findings: Findings) {
    providers = []
    guard let section = Section(root, title: "the providers", findings: findings) else { return }
    for entry in section.entries where Names.check(Located(value: entry.key, spot: entry.keySpot), "provider", findings) {
      if let section = Section(entry.value, title: "a provider", findings: findings), let provider = Self.provider(entry, section) {
        providers.append(provider)
      }
    }
  }

  private static func provider(_ entry: Tree.Entry, _ section: Section) -> Provider? {
    section.refuseKeys(except: keys)
    section.require("base_url", "`base_url: https://...`")
    let url = section.text("base_url").flatMap { ProviderURL.read($0, section.findings) }
    let share = section.number("safety_share", in: 0.01...1)
    let (key, limits) = (key(section), limits(section))
    let (header, timeout, contact) = (section.text("usage_header"), section.duration("timeout"), section.text("contact"))
    if let timeout, timeout == .zero {
      section.findings.add(.outOfRange, at: section["timeout"]!.spot, "`timeout` is 0", label: "expected more than 0")
    }
    guard let url else { return nil }
    return Provider(
      name: entry.key, baseURL: url, key: key, limits: limits, usageHeader: header?.value.lowercased(), safetyShare: share ?? 1,
      timeout: timeout ?? .seconds(30), contact: contact?.value)
  }

  private static func key(_ section: Section) -> Key? {
    guard let key = section.section("key", title: "`key`") else { return nil }
    key.refuseKeys(except: ["parameter", "secret"])
    key.require("parameter", "the name of the query parameter that carries the key")
    key.require("secret", "the name of the secret; `jobs secrets set NAME` stores it")
    guard let parameter = key.text("parameter"), let secret = key.text("secret") else { return nil }
    let names = [(parameter, "query parameter"), (secret, "secret")].map { Names.check($0, $1, section.findings) }
    return names.contains(false) ? nil : Key(parameter: parameter.value, secret: secret.value)
  }

  private static func limits(_ section: Section) -> [LimitSetting] {
    guard let tree = section["limits"] else { return [] }
    guard case .list(let elements) = tree.content else {
      section.findings.wrongType(tree, "a list of limits", of: "`limits`")
      return []
    }
    return elements.compactMap { LimitReader(findings: section.findings).read($0) }
  }
}
