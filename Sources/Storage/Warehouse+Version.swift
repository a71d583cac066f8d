internal import CSQLite

extension Warehouse {
  /// Of the library that reads and writes the file: `3.40.1`.
  public static var sqliteVersion: String { String(cString: sqlite3_libversion()) }
}
