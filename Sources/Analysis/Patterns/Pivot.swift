public import Scheduling

/// A turn of the price: a high that a fall followed, or a low that a rise followed.
public struct Pivot: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    case high, low
  }

  /// Of the bar with the extreme price, 0 for the oldest.
  public let index: Int
  /// The open time of that bar.
  public let time: Instant
  /// The high of the bar, or its low.
  public let price: Double
  public let kind: Kind
  /// The bar on whose close the turn was known; nil for a provisional one, which a later bar may still move.
  public let confirmedIndex: Int?

  public init(index: Int, time: Instant, price: Double, kind: Kind, confirmedIndex: Int?) {
    (self.index, self.time, self.price) = (index, time, price)
    (self.kind, self.confirmedIndex) = (kind, confirmedIndex)
  }
}
