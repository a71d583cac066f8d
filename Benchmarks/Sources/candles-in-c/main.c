// The baseline of the candle writer: `candles-in-c DATABASE FOLDER [parse | read]`
//
// Reads every page FOLDER/SYMBOL-NNNN.json in the order of its names, inserts the rows with one prepared statement in one transaction,
// and prints `rows seconds`. The tables are those that the program itself has made in DATABASE. With `parse` nothing is written; `read`
// reads the series of SYN000USDT in DATABASE into columns.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
  fprintf(stderr, "candles-in-c: %s\n", what);
  exit(1);
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static const char *expect(const char *p, char c) {
  if (*p != c) fail("a page is not in the usual form");
  return p + 1;
}

static const char *integer(const char *p, int64_t *value) {
  int64_t v = 0;
  while (*p >= '0' && *p <= '9') v = v * 10 + (*p++ - '0');
  *value = v;
  return p;
}

// Exactly rounded: a mantissa below 2^53 and one division; anything longer goes to strtod.
static const char *decimal(const char *p, double *value) {
  p = expect(p, '"');
  const char *start = p;
  uint64_t mantissa = 0;
  int digits = 0, places = 0;
  while (*p >= '0' && *p <= '9') mantissa = mantissa * 10 + (uint64_t)(*p++ - '0'), digits++;
  if (*p == '.')
    for (p++; *p >= '0' && *p <= '9'; places++, digits++) mantissa = mantissa * 10 + (uint64_t)(*p++ - '0');
  *value = digits <= 19 && mantissa <= (1ULL << 53) && places <= 22 ? (double)mantissa / powers[places] : strtod(start, NULL);
  return expect(p, '"');
}

static char *contents(const char *path, size_t *length) {
  int file = open(path, O_RDONLY);
  struct stat info;
  if (file < 0 || fstat(file, &info) != 0) fail("cannot open a page");
  char *text = malloc((size_t)info.st_size + 1);
  if (!text || read(file, text, (size_t)info.st_size) != info.st_size) fail("cannot read a page");
  close(file);
  text[info.st_size] = 0;
  *length = (size_t)info.st_size;
  return text;
}

static double checksum;

static long page(const char *text, const char *symbol, sqlite3 *database, sqlite3_stmt *insert) {
  long rows = 0;
  const char *p = expect(text, '[');
  while (*p != ']') {
    if (*p == ',') p++;
    int64_t opened, closed, trades;
    double open, high, low, close, volume, quote, base, taker, ignored;
    p = expect(integer(expect(p, '['), &opened), ',');
    p = expect(decimal(p, &open), ',');
    p = expect(decimal(p, &high), ',');
    p = expect(decimal(p, &low), ',');
    p = expect(decimal(p, &close), ',');
    p = expect(decimal(p, &volume), ',');
    p = expect(integer(p, &closed), ',');
    p = expect(decimal(p, &quote), ',');
    p = expect(integer(p, &trades), ',');
    p = expect(decimal(p, &base), ',');
    p = expect(decimal(p, &taker), ',');
    p = expect(decimal(p, &ignored), ']');
    rows++;
    checksum += close;
    if (!insert) continue;
    sqlite3_bind_text(insert, 1, "binance", -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, symbol, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 3, "1h", -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 4, opened);
    sqlite3_bind_double(insert, 5, open);
    sqlite3_bind_double(insert, 6, high);
    sqlite3_bind_double(insert, 7, low);
    sqlite3_bind_double(insert, 8, close);
    sqlite3_bind_double(insert, 9, volume);
    sqlite3_bind_int64(insert, 10, closed);
    sqlite3_bind_double(insert, 11, quote);
    sqlite3_bind_int64(insert, 12, trades);
    sqlite3_bind_double(insert, 13, base);
    sqlite3_bind_double(insert, 14, taker);
    if (sqlite3_step(insert) != SQLITE_DONE || sqlite3_reset(insert) != SQLITE_OK) fail(sqlite3_errmsg(database));
  }
  return rows;
}

static int is_page(const struct dirent *entry) {
  size_t length = strlen(entry->d_name);
  return length > 10 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

static int reading(const char *path) {
  sqlite3 *database;
  sqlite3_stmt *select;
  if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) fail("cannot open the database");
  const char *sql = "SELECT open_time, open, high, low, close, volume FROM candles WHERE source = 'binance' AND symbol = 'SYN000USDT' "
                    "AND interval = '1h' AND close_time < 9223372036854775807 ORDER BY open_time";
  if (sqlite3_prepare_v2(database, sql, -1, &select, NULL) != SQLITE_OK) fail(sqlite3_errmsg(database));
  double start = seconds();
  long rows = 0, room = 0;
  int64_t *times = NULL;
  double *columns[5] = {0};
  while (sqlite3_step(select) == SQLITE_ROW) {
    if (rows == room) {
      room = room ? room * 2 : 1024;
      times = realloc(times, (size_t)room * 8);
      for (int i = 0; i < 5; i++) columns[i] = realloc(columns[i], (size_t)room * 8);
    }
    times[rows] = sqlite3_column_int64(select, 0);
    for (int i = 0; i < 5; i++) columns[i][rows] = sqlite3_column_double(select, i + 1);
    rows++;
  }
  printf("%ld %.6f\n", rows, seconds() - start);
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 3) fail("usage: candles-in-c DATABASE FOLDER [parse | read]");
  if (argc > 3 && strcmp(argv[3], "read") == 0) return reading(argv[1]);
  sqlite3 *database = NULL;
  sqlite3_stmt *insert = NULL;
  if (argc == 3) {
    if (sqlite3_open(argv[1], &database) != SQLITE_OK) fail("cannot open the database");
    if (sqlite3_exec(database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;", 0, 0, 0) != SQLITE_OK)
      fail(sqlite3_errmsg(database));
    const char *sql =
        "INSERT INTO candles (source, symbol, interval, open_time, open, high, low, close, volume, close_time, quote_volume, trades, "
        "taker_buy_volume, taker_buy_quote_volume) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
    if (sqlite3_prepare_v2(database, sql, -1, &insert, NULL) != SQLITE_OK) fail(sqlite3_errmsg(database));
  }
  struct dirent **names;
  int count = scandir(argv[2], &names, is_page, alphasort);
  if (count < 0 || chdir(argv[2]) != 0) fail("cannot list the pages");

  double start = seconds();
  long rows = 0;
  if (database && sqlite3_exec(database, "BEGIN IMMEDIATE", 0, 0, 0) != SQLITE_OK) fail(sqlite3_errmsg(database));
  for (int i = 0; i < count; i++) {
    size_t length;
    char *text = contents(names[i]->d_name, &length);
    char symbol[32] = {0};
    strncpy(symbol, names[i]->d_name, strcspn(names[i]->d_name, "-") % sizeof symbol);
    rows += page(text, symbol, database, insert);
    free(text);
  }
  if (database && sqlite3_exec(database, "COMMIT", 0, 0, 0) != SQLITE_OK) fail(sqlite3_errmsg(database));
  printf("%ld %.6f\n", rows, seconds() - start);
  if (checksum == 0) fail("no rows");
  sqlite3_finalize(insert);
  sqlite3_close(database);
  return 0;
}
