import Foundation

extension Draw {
  /// Student's t with four degrees of freedom, scaled to a variance of one: the fat tails of daily returns.
  ///
  /// Source: the closed form of its quantile function, Shaw, "Sampling Student's T distribution", J. Comp. Finance 9 (2006).
  mutating func fatTailed() -> Double {
    let p = min(max(uniform(), 1e-9), 1 - 1e-9)
    let root = (4 * p * (1 - p)).squareRoot()
    let q = cos(acos(root) / 3) / root
    let magnitude = 2 * max(0, q - 1).squareRoot() / 2.0.squareRoot()
    return p < 0.5 ? -magnitude : magnitude
  }

  /// A standard normal number (Box and Muller).
  mutating func normal() -> Double {
    (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
  }
}
