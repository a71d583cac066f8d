// The baseline of durable work: `commits-in-c DATABASE COUNT [spawn]`
//
// COUNT transactions of two updates, each synced to the disk before the next begins, and an orderly close; with `spawn`, /bin/true is run
// once as well.
#define _GNU_SOURCE
#include <spawn.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

static void run(sqlite3 *database, const char *sql) {
  if (sqlite3_exec(database, sql, 0, 0, 0) == SQLITE_OK) return;
  fprintf(stderr, "commits-in-c: %s\n", sqlite3_errmsg(database));
  exit(1);
}

int main(int argc, char **argv) {
  if (argc < 3) return 64;
  sqlite3 *database;
  if (sqlite3_open(argv[1], &database) != SQLITE_OK) return 74;
  run(database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
  run(database, "CREATE TABLE IF NOT EXISTS tasks (id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT NOT NULL) STRICT;");
  run(database, "CREATE TABLE IF NOT EXISTS attempts (id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT NOT NULL) STRICT;");
  if (argc > 3) {
    pid_t child;
    char *arguments[] = {"/bin/true", NULL};
    if (posix_spawn(&child, arguments[0], NULL, NULL, arguments, environ) != 0 || waitpid(child, NULL, 0) != child) return 71;
  }
  sqlite3_stmt *task, *attempt;
  const char *sql[] = {"INSERT OR REPLACE INTO tasks VALUES (?, 'succeeded', 'ok')",
                       "INSERT OR REPLACE INTO attempts VALUES (?, 'succeeded', 'ok')"};
  if (sqlite3_prepare_v2(database, sql[0], -1, &task, 0) || sqlite3_prepare_v2(database, sql[1], -1, &attempt, 0)) return 1;
  for (long i = 0; i < atol(argv[2]); i++) {
    run(database, "BEGIN IMMEDIATE");
    sqlite3_bind_int64(task, 1, i);
    sqlite3_bind_int64(attempt, 1, i);
    if (sqlite3_step(task) != SQLITE_DONE || sqlite3_step(attempt) != SQLITE_DONE) return 1;
    sqlite3_reset(task);
    sqlite3_reset(attempt);
    run(database, "COMMIT");
  }
  // Closing copies the log into the file and syncs both, as the program does.
  sqlite3_finalize(task);
  sqlite3_finalize(attempt);
  return sqlite3_close(database) == SQLITE_OK ? 0 : 1;
}
