extension Diagnostic: Encodable {
  private enum Key: String, CodingKey {
    case code, severity, file, line, column, length, message, label, expected, nearest, notes, others
  }

  private struct OtherPlace: Encodable {
    let file: String
    let line: Int
    let column: Int
  }

  /// One flat object: `code severity file line column length message label expected nearest notes others`. What is not known is null;
  /// `nearest` is the name alone. Keys are only ever added.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(code.rawValue, forKey: .code)
    try object.encode(severity, forKey: .severity)
    try object.encodeIfPresent(place?.file, forKey: .file)
    try object.encodeIfPresent(place?.line, forKey: .line)
    try object.encodeIfPresent(place?.column, forKey: .column)
    try object.encodeIfPresent(place?.length, forKey: .length)
    try object.encode(message, forKey: .message)
    try object.encodeIfPresent(label.isEmpty ? nil : label, forKey: .label)
    try object.encodeIfPresent(expected, forKey: .expected)
    try object.encodeIfPresent(nearest?.name, forKey: .nearest)
    try object.encode(notes, forKey: .notes)
    try object.encode(others.map { OtherPlace(file: $0.file, line: $0.line, column: $0.column) }, forKey: .others)
  }
}
