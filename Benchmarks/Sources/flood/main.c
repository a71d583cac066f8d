/* Publishes prices and numbered orders as fast as it is told, as trading bots would: PUBLISH, pipelined, on one connection.
 *
 *   flood HOST PORT SECONDS PRICES_PER_SECOND ORDERS_PER_SECOND TICKERS FIRST_ORDER
 *
 * Writes a line for each order: its number, when it was published (microseconds since 1970), how many subscribers Redis gave it to; then
 * `prices N orders N behind_ms N`. An order has the id `o-N` and the execution id `x-N`; every third one is repeated. */
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { TICK_US = 5000, BATCH_BYTES = 8 << 20, ORDERS_MAX = 4096 };

static int64_t now_us(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void fail(const char *what) {
  fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int reach(const char *host, const char *port) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
  if (getaddrinfo(host, port, &hints, &list)) fail("address");
  int fd = socket(list->ai_family, list->ai_socktype | SOCK_CLOEXEC, 0), on = 1;
  if (fd < 0 || connect(fd, list->ai_addr, list->ai_addrlen)) fail("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  freeaddrinfo(list);
  return fd;
}

static char *batch;
static size_t used;

static void publish(const char *channel, const char *message) {
  used += snprintf(batch + used, BATCH_BYTES - used, "*3\r\n$7\r\nPUBLISH\r\n$%zu\r\n%s\r\n$%zu\r\n%s\r\n", strlen(channel), channel,
                   strlen(message), message);
}

static void publish_price(int ticker, uint64_t n) {
  char channel[64], message[256];
  snprintf(channel, sizeof channel, "ticker:T%d", ticker);
  int64_t t = now_us(CLOCK_REALTIME);
  snprintf(message, sizeof message,
           "{\"type\": \"price\", \"timestamp\": \"%lld.%06lld\", \"price\": \"%llu.%02llu\", \"volume\": %llu, \"symbol\": \"T%d\"}",
           (long long)(t / 1000000), (long long)(t % 1000000), 100ull + n % 50, (unsigned long long)(n % 100),
           (unsigned long long)(n % 1000), ticker);
  publish(channel, message);
}

static void publish_order(int ticker, uint64_t n) {
  char channel[64], message[2048], time[64];
  int64_t t = now_us(CLOCK_REALTIME);
  time_t seconds = t / 1000000;
  struct tm parts;
  gmtime_r(&seconds, &parts);
  size_t end = strftime(time, sizeof time, "%Y-%m-%d %H:%M:%S", &parts);
  snprintf(time + end, sizeof time - end, ".%06lld+00:00", (long long)(t % 1000000));
  snprintf(channel, sizeof channel, "ticker:T%d", ticker);
  snprintf(message, sizeof message,
           "{\"type\": \"order\", \"timestamp\": \"%s\", \"symbol\": \"T%d\", \"order_data\": {\"event\": \"fill\", "
           "\"execution_id\": \"x-%llu\", \"timestamp\": \"%s\", \"position_qty\": \"10\", \"price\": \"101.25\", \"qty\": \"1\", \"order\": "
           "{\"id\": \"o-%llu\", \"client_order_id\": \"c-%llu\", \"asset_id\": \"a\", \"symbol\": \"T%d\", \"created_at\": \"%s\", "
           "\"updated_at\": \"%s\", \"submitted_at\": \"None\", \"filled_at\": \"%s\", \"expired_at\": null, \"canceled_at\": null, "
           "\"failed_at\": null, \"replaced_at\": null, \"replaced_by\": null, \"replaces\": null, \"asset_class\": \"us_equity\", "
           "\"notional\": null, \"qty\": \"1\", \"filled_qty\": \"1\", \"filled_avg_price\": \"101.25\", \"limit_price\": null, "
           "\"stop_price\": null, \"trail_percent\": null, \"trail_price\": null, \"hwm\": null, \"order_class\": \"\", "
           "\"order_type\": \"market\", \"side\": \"buy\", \"time_in_force\": \"day\", \"status\": \"filled\", \"extended_hours\": false, "
           "\"legs\": null, \"source\": \"alpaca\"}}}",
           time, ticker, (unsigned long long)n, time, (unsigned long long)n, (unsigned long long)n, ticker, time, time, time);
  publish(channel, message);
}

static void send_all(int fd) {
  for (size_t sent = 0; sent < used;) {
    ssize_t count = send(fd, batch + sent, used - sent, MSG_NOSIGNAL);
    if (count < 0 && errno != EINTR) fail("send");
    if (count > 0) sent += count;
  }
}

/* Answers are `:N` lines, in the order of the commands. */
static long next_answer(FILE *in) {
  char line[256];
  if (!fgets(line, sizeof line, in)) fail("the server is gone");
  if (line[0] != ':') {
    fprintf(stderr, "flood: the server says: %s", line);
    exit(1);
  }
  return strtol(line + 1, NULL, 10);
}

int main(int argc, char **argv) {
  if (argc != 8) {
    fprintf(stderr, "flood HOST PORT SECONDS PRICES_PER_SECOND ORDERS_PER_SECOND TICKERS FIRST_ORDER\n");
    return 64;
  }
  double seconds = atof(argv[3]), prices = atof(argv[4]), orders = atof(argv[5]);
  int tickers = atoi(argv[6]);
  uint64_t first = strtoull(argv[7], NULL, 10), price = 0, order = 0;
  batch = malloc(BATCH_BYTES);
  int fd = reach(argv[1], argv[2]);
  FILE *in = fdopen(fd, "r");
  if (!batch || !in) fail("memory");
  int64_t start = now_us(CLOCK_MONOTONIC), behind = 0;
  for (int64_t tick = start;; tick += TICK_US) {
    int64_t now = now_us(CLOCK_MONOTONIC);
    if (now < tick) usleep(tick - now);
    if (now - tick > behind) behind = now - tick;
    double passed = (now_us(CLOCK_MONOTONIC) - start) / 1e6;
    if (passed > seconds) break;
    used = 0;
    int commands = 0, count = 0;
    static int of_order[ORDERS_MAX];
    static int64_t at[ORDERS_MAX];
    while (price < passed * prices && used < BATCH_BYTES / 2) {
      publish_price(price % tickers, price);
      price++;
      commands++;
    }
    uint64_t before = order;
    while (order < passed * orders && count < ORDERS_MAX && used < BATCH_BYTES - 65536) {
      at[count] = now_us(CLOCK_REALTIME);
      of_order[count++] = commands++;
      publish_order(order % tickers, first + order);
      if (order % 3 == 0) {
        publish_order(order % tickers, first + order);
        commands++;
      }
      order++;
    }
    send_all(fd);
    for (int index = 0, next = 0; index < commands; index++) {
      long receivers = next_answer(in);
      if (next < count && of_order[next] == index) {
        printf("%llu %lld %ld\n", (unsigned long long)(first + before + next), (long long)at[next], receivers);
        next++;
      }
    }
  }
  printf("prices %llu orders %llu behind_ms %lld\n", (unsigned long long)price, (unsigned long long)order, (long long)(behind / 1000));
  return 0;
}
