// Runs a program and writes what it cost: `meter RESULT PROGRAM ARGUMENT...`
//
// One line into RESULT: wall ns, user us, system us, peak resident KB, exit status (128 + signal).
// A small program of its own, because on Linux the peak memory of a child counts from that of the process it was forked from.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long microseconds(struct timeval t) { return t.tv_sec * 1000000LL + t.tv_usec; }

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: meter RESULT PROGRAM ARGUMENT...\n");
    return 64;
  }
  long long start = now();
  pid_t child = fork();
  if (child < 0) return 71;
  if (child == 0) {
    execvp(argv[2], argv + 2);
    fprintf(stderr, "meter: %s: %s\n", argv[2], strerror(errno));
    _exit(127);
  }
  int status;
  struct rusage usage;
  while (wait4(child, &status, 0, &usage) < 0)
    if (errno != EINTR) return 71;
  long long wall = now() - start;
  FILE *result = fopen(argv[1], "w");
  if (!result) {
    fprintf(stderr, "meter: %s: %s\n", argv[1], strerror(errno));
    return 74;
  }
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  fprintf(result, "%lld %lld %lld %ld %d\n", wall, microseconds(usage.ru_utime), microseconds(usage.ru_stime), usage.ru_maxrss, code);
  return fclose(result) == 0 ? 0 : 74;
}
