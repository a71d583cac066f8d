import Storage

/// What is told, opened beside the runs: for commands that must neither wait for a run nor keep one from starting.
enum NoticeFile {
  /// - Parameter purpose: of the command, for whoever finds the run lock taken. It is taken for a moment only to make a warehouse, or to
  ///   bring it up to date.
  /// - Throws: ``WarehouseError``, ``LockError``, ``FileError``.
  static func open(_ workspace: Workspace, purpose: String) throws -> TreeFile {
    do {
      return try TreeFile(workspace.database)
    } catch WarehouseError.missing, WarehouseError.olderSchema {
      try AtomicFile.makeFolder(workspace.data)
      let lock = try RunLock(at: workspace.lockFile, purpose: purpose)
      try workspace.writing(lock: lock).close()
      _ = consume lock
      return try TreeFile(workspace.database)
    }
  }
}
