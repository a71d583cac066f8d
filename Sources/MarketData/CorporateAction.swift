public import Scheduling

public struct CorporateAction: Sendable, Equatable {
  public enum Kind: Sendable, Equatable { case dividend(Double), split(Double) }
  public let date: CivilDate
  public let kind: Kind
  public init(date: CivilDate, kind: Kind) { (self.date, self.kind) = (date, kind) }
}
