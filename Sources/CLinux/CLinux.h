#pragma once
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* System calls that Swift's Glibc does not show. */
#pragma clang assume_nonnull begin
/* F_OFD_SETLKW: waits for a lock on a range of a file that belongs to the open file, not to the process. */
static const int js_wait_for_range_lock = 38;
/* Exchanges two paths in one step; 0 on success, else -1 and errno. */
static inline int js_exchange(const char *a, const char *b) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 2u /* RENAME_EXCHANGE */);
}
/* Everything that was written to the file system of `descriptor` is on the disk when it returns 0. */
static inline int js_sync_filesystem(int descriptor) { return (int)syscall(SYS_syncfs, descriptor); }
/* No core file, and no other process of the user may look inside. */
static inline int js_refuse_dumps(void) { return prctl(PR_SET_DUMPABLE, 0); }

/* The C library keeps blocks of up to a gigabyte that are freed, instead of giving them back to the kernel, which clears each page anew.
   For short programs that compute column after column. */
static inline void js_keep_freed_memory(void) {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 0x7fffffff);
}

/* A descriptor that becomes readable when the process ends; -1 and errno when there can be none. */
static inline int js_process_descriptor(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0u); }

/* What a program that cannot be started failed at. */
enum js_start_stage { js_start_forking, js_start_entering, js_start_executing };

/* Starts a program as the leader of a session of its own, without a terminal: input from /dev/null, both outputs to `output`, no other
   descriptor, signals as they are by default. It is killed when the thread that started it ends, so when this process is killed: call it
   from a thread that lives as long as the process. The caller waits until the program has been executed or could not be.
   Returns its process id; on failure -1, the error number in `failure` and what failed in `stage`. */
static inline pid_t js_start(
    const char *path, char *const _Nullable *_Nonnull arguments, char *const _Nullable *_Nonnull environment, const char *directory,
    int output, int *failure, enum js_start_stage *stage) {
  sigset_t all, before, none;
  sigfillset(&all);
  sigemptyset(&none);
  /* No handler of ours may run in the child, which shares our memory until it executes. */
  pthread_sigmask(SIG_SETMASK, &all, &before);
  volatile int error = 0;
  volatile enum js_start_stage failed = js_start_forking;
  pid_t parent = getpid();
  pid_t child = vfork();
  if (child == 0) {
    static const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGUSR1, SIGUSR2};
    struct sigaction standard = {0};
    standard.sa_handler = SIG_DFL;
    for (unsigned i = 0; i < sizeof ignored / sizeof *ignored; i++) sigaction(ignored[i], &standard, 0);
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    int null = open("/dev/null", O_RDONLY);
    if (null >= 0) dup2(null, 0);
    dup2(output, 1);
    dup2(output, 2);
    syscall(SYS_close_range, 3u, ~0u, 0u);
    failed = js_start_entering;
    if (chdir(directory) == 0) {
      failed = js_start_executing;
      pthread_sigmask(SIG_SETMASK, &none, 0);
      execve(path, arguments, environment);
    }
    error = errno;
    _exit(127);
  }
  if (child < 0) error = errno;
  pthread_sigmask(SIG_SETMASK, &before, 0);
  if (error == 0) return child;
  if (child > 0) while (waitpid(child, 0, 0) < 0 && errno == EINTR) { }
  *failure = error;
  *stage = failed;
  return -1;
}

/* Signals on their way to whoever reads them: what a handler may do is little, and write is part of it. */
static int js_signal_pipe[2] = {-1, -1};
static inline void js_note_signal(int number) {
  int before = errno;
  unsigned char byte = (unsigned char)number;
  ssize_t written = write(js_signal_pipe[1], &byte, 1);
  (void)written;
  errno = before;
}
/* From now on each signal of this number is a byte that js_next_signal returns. 0 on success, else -1 and errno. */
static inline int js_catch_signal(int number) {
  if (js_signal_pipe[0] < 0 && syscall(SYS_pipe2, js_signal_pipe, O_CLOEXEC) != 0) return -1;
  struct sigaction action = {0};
  action.sa_handler = js_note_signal;
  action.sa_flags = SA_RESTART;
  return sigaction(number, &action, 0);
}
/* Waits for the next signal that is caught; -1 when it never comes. */
static inline int js_next_signal(void) {
  unsigned char byte;
  while (1) {
    ssize_t count = read(js_signal_pipe[0], &byte, 1);
    if (count == 1) return byte;
    if (count == 0 || errno != EINTR) return -1;
  }
}

/* How a process ended, from the status that waitpid gives. */
static inline int js_has_exited(int status) { return WIFEXITED(status); }
static inline int js_exit_status(int status) { return WEXITSTATUS(status); }
static inline int js_signal(int status) { return WTERMSIG(status); }

/* A pipe that no program inherits: first its end for reading. */
static inline int js_pipe(int *_Nonnull ends) { return (int)syscall(SYS_pipe2, ends, O_CLOEXEC); }

/* epoll with a number for each descriptor. */
static inline int js_poll_add(int poll, int descriptor, unsigned long number) {
  struct epoll_event event = {.events = EPOLLIN, .data = {.u64 = number}};
  return epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event);
}
static inline int js_poll_change(int poll, int descriptor, unsigned events, unsigned long number) {
  struct epoll_event event = {.events = events, .data = {.u64 = number}};
  return epoll_ctl(poll, EPOLL_CTL_MOD, descriptor, &event);
}
/* The next connection: it blocks nobody, and no program inherits it; -1 and errno when there is none. */
static inline int js_accept(int listener) { return (int)syscall(SYS_accept4, listener, 0, 0, 02004000 /* SOCK_NONBLOCK | SOCK_CLOEXEC */); }
static inline unsigned long js_poll_number(const struct epoll_event *event) { return event->data.u64; }
#pragma clang assume_nonnull end
