import GRDB
import Testing

@testable import Storage

@Suite struct `The realtime tree of an older warehouse` {
  @Test func `is split into its leaves`() throws {
    let queue = try DatabaseQueue()
    let leaves = try queue.write { database in
      try database.execute(sql: "CREATE TABLE realtime_nodes (path TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID")
      for (path, value) in [
        (
          "quotes/a",
          #"{"close": 1.5, "at": "d\"1", "list": [true, null, {"x": false}], "none": null, "deep": {"er": {"est": 10000000000}}}"#
        ),
        ("signals/BRK%2EB", "\"text\""), ("empty", "{}"), ("number", "7"),
      ] {
        try database.execute(sql: "INSERT INTO realtime_nodes VALUES (?, ?)", arguments: [path, value])
      }
      try database.execute(sql: Schema.twin)
      return try WarehouseReader(database: database).tree(below: "").map { "\($0.path)=\($0.value)" }
    }
    #expect(
      leaves == [
        "number=7", #"quotes/a/at="d\"1""#, "quotes/a/close=1.5", "quotes/a/deep/er/est=10000000000", "quotes/a/list/0=true",
        "quotes/a/list/2/x=false", #"signals/BRK%2EB="text""#,
      ])
  }
}
