public import Transport

/// A courier for which a message is one request, to an address that is a secret.
public protocol PostingCourier: Courier {
  var post: WebPost { get }
  /// - Returns: nil for an address that is none of this kind; ``addressHint`` says how one looks.
  func request(_ message: Message) -> HTTPRequest?
  /// What an answer means here.
  func delivery(of response: HTTPResponse) -> Delivery
  var addressHint: String { get }
}

extension PostingCourier {
  public var repeatsSafely: Bool { false }
  public var addressHint: String { "" }

  public func parts(of message: Message) -> Int { 1 }

  public func delivery(of response: HTTPResponse) -> Delivery { post.delivery(of: response) }

  public func send(_ message: Message, part: Int) async -> Delivery {
    guard let request = request(message) else { return .refused(why: addressHint) }
    switch await post.send(request) {
    case .nothing(let delivery): return delivery
    case .response(let response): return delivery(of: response)
    }
  }
}
