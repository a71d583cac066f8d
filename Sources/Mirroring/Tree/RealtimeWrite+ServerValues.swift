extension RealtimeWrite {
  /// The write with what the server knows in place of `.sv`: the time, and sums with what is there.
  ///
  /// - Parameters:
  ///   - now: milliseconds since 1970.
  ///   - current: what is at a place before the write.
  public func resolved(now: Double, current: ([String]) throws -> RealtimeValue) throws -> RealtimeWrite {
    var write = self
    for index in changes.indices {
      write.changes[index].value = try changes[index].value.resolved(at: changes[index].path, now: now, current: current)
    }
    return write
  }

  /// Whether anything in it waits for the server.
  var hasServerValues: Bool { changes.contains { $0.value.hasServerValues } }
}

extension RealtimeValue {
  var hasServerValues: Bool {
    guard case .object(let children) = self else { return false }
    return children[".sv"] != nil || children.values.contains(where: \.hasServerValues)
  }

  fileprivate func resolved(at path: [String], now: Double, current: ([String]) throws -> RealtimeValue) throws -> RealtimeValue {
    guard hasServerValues, case .object(let children) = self else { return self }
    guard let wish = children[".sv"] else {
      var resolved: [String: RealtimeValue] = [:]
      for (key, child) in children {
        // The value of a place that has a priority, too, is at the place.
        resolved[key] = try child.resolved(at: key == ".value" ? path : path + [key], now: now, current: current)
      }
      return .node(resolved)
    }
    guard children.count == 1 else { throw RealtimeWriteDefect.serverValue }
    switch wish {
    case .string("timestamp"): return .number(now)
    case .object(let sum):
      guard sum.count == 1, case .number(let step)? = sum["increment"] else { throw RealtimeWriteDefect.serverValue }
      guard case .number(let before) = try current(path) else { return .number(step) }
      // What is no JSON could not be read any more.
      guard (before + step).isFinite else { throw RealtimeWriteDefect.sumTooLarge }
      return .number(before + step)
    default: throw RealtimeWriteDefect.serverValue
    }
  }
}
