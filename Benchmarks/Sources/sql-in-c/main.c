// Runs the SQL on standard input in one transaction: `sql-in-c DATABASE < SCRIPT`; prints how many rows it changed. It prepares what an
// experiment needs, and is itself measured nowhere.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  if (argc != 2) return 64;
  char *script = NULL;
  size_t length = 0, room = 0, count;
  do {
    if (room - length < 65536 && !(script = realloc(script, room += 1 << 20))) return 71;
    count = fread(script + length, 1, 65535, stdin);
    length += count;
  } while (count > 0);
  script[length] = 0;
  sqlite3 *database;
  char *message = NULL;
  if (sqlite3_open_v2(argv[1], &database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) return 74;
  if (sqlite3_exec(database, "BEGIN", 0, 0, &message) || sqlite3_exec(database, script, 0, 0, &message) ||
      sqlite3_exec(database, "COMMIT", 0, 0, &message)) {
    fprintf(stderr, "sql-in-c: %s\n", message);
    return 1;
  }
  printf("%d\n", sqlite3_total_changes(database));
  free(script);
  return sqlite3_close(database) == SQLITE_OK ? 0 : 1;
}
