extension JSONScanner {
  /// Reads the next object and returns the text of its strings and numbers by key; literals and nested values are skipped,
  /// except those that `nested` takes.
  ///
  /// - Parameter nested: called at an object or array; returns false when it did not read it.
  /// - Throws: ``JSONError``, also for a key that stands twice.
  mutating func members(
    nested: (inout JSONScanner, String) throws(JSONError) -> Bool = { (_, _) throws(JSONError) in false }
  ) throws(JSONError) -> [String: String] {
    var (result, keys): ([String: String], JSONKeys) = ([:], JSONKeys(countMax: JSONKeys.membersMax))
    try enterObject()
    while let key = try nextKey(notIn: &keys) {
      switch try kind() {
      case .string: result[string(key)] = string(try string())
      case .number: result[string(key)] = source(try number())
      case .object, .array:
        if try !nested(&self, string(key)) { try skipValue() }
      case .literal: try skipValue()
      }
    }
    return result
  }
}
