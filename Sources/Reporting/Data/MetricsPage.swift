/// Figures for Prometheus: a family is a name, what it means, and a value for each set of labels.
public struct MetricFamily: Sendable, Equatable {
  public enum Kind: String, Sendable { case gauge, counter }

  public struct Sample: Sendable, Equatable {
    /// In the order in which they are written; each name once.
    public var labels: [Label]
    public var value: Double

    public init(_ labels: [Label] = [], _ value: Double) { (self.labels, self.value) = (labels, value) }
  }

  public struct Label: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
  }

  /// `[a-z_]+`, in base units; a counter ends in `_total`.
  public var name: String
  public var help: String
  public var kind: Kind
  public var samples: [Sample]

  public init(_ name: String, _ help: String, kind: Kind = .gauge, _ samples: [Sample]) {
    (self.name, self.help, self.kind, self.samples) = (name, help, kind, samples)
  }
}

/// The text format of Prometheus. There are no timestamps: the collector refuses a file that has any.
///
/// - Source: prometheus.io/docs/instrumenting/exposition_formats, "Text-based format", version 0.0.4.
public struct MetricsPage: Sendable, Equatable {
  /// A label value may have so many characters; what is longer is cut, so that no text from outside makes series without end.
  public static let labelLengthMax = 128

  public var families: [MetricFamily]

  public init(_ families: [MetricFamily]) { self.families = families }

  /// Families without a sample are left out; of samples with the same labels the last one counts.
  public var text: String {
    var text = ""
    for family in families where !family.samples.isEmpty {
      text += "# HELP \(family.name) \(Self.escaped(family.help, quotes: false))\n# TYPE \(family.name) \(family.kind.rawValue)\n"
      var order: [String] = []
      var values: [String: Double] = [:]
      for sample in family.samples {
        let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped(String($0.value.prefix(Self.labelLengthMax)), quotes: true))\"" }
        let key = labels.isEmpty ? family.name : "\(family.name){\(labels.joined(separator: ","))}"
        if values.updateValue(sample.value, forKey: key) == nil { order.append(key) }
      }
      for key in order { text += "\(key) \(Self.number(values[key]!))\n" }
    }
    return text
  }

  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return JSONValue.number(value)
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
