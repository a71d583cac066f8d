// Runs a program and strikes it at one of its system calls: `inject RESULT FOLDER EXCEPT CALLS WHAT NUMBER DELAY PROGRAM ARGUMENT...`
//
//   FOLDER   only calls on files below it count, and only those of the program itself, not of programs that it starts
//   EXCEPT   how the names of files end whose calls do not count
//   CALLS    which calls count, by their names and commas: fsync,fdatasync,syncfs,rename,unlink,rmdir,mkdir,pwrite,write,truncate,create
//   WHAT     count         only count
//            kill          SIGKILL at call NUMBER (from 1), before the kernel carries it out; with DELAY ns, so long after it was let through
//            after         SIGKILL, NUMBER ns after the start, whatever it does
//            ENOSPC, EIO, EROFS, EACCES, EMFILE        call NUMBER fails so
//            ENOSPC+, ...  and so do all that follow
//            /a/program    call NUMBER: all threads stop, this is run, then SIGKILL
//            ~/a/program   the same, on a disk that lies: no sync before it is carried out, though each says so
//
// strace -f can do the like, but counts each thread's calls apart: the N-th call of a program with six threads is not to be had from it. Here
// seccomp hands every counted call to this process (man 2 seccomp, SECCOMP_RET_USER_NOTIF), which counts them in one order and answers.
//
// RESULT: "status N", "wall NS", "calls N", "struck NAME PATH" when it was, then one "call NAME PATH" per counted call.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#else
#error "which AUDIT_ARCH is this machine?"
#endif

// `path` and `descriptor` are the places of arguments; -1 for none. `second` is the new name of a rename.
struct call { const char *name; long number; int path, descriptor; };
static const struct call calls[] = {
    {"fsync", SYS_fsync, -1, 0},       {"fdatasync", SYS_fdatasync, -1, 0}, {"syncfs", SYS_syncfs, -1, 0},
    {"rename", SYS_renameat, 3, -1},   {"rename", SYS_renameat2, 3, -1},    {"unlink", SYS_unlinkat, 1, -1},
    {"mkdir", SYS_mkdirat, 1, -1},     {"pwrite", SYS_pwrite64, -1, 0},     {"pwrite", SYS_pwritev, -1, 0},
    {"write", SYS_write, -1, 0},       {"write", SYS_writev, -1, 0},        {"truncate", SYS_ftruncate, -1, 0},
    {"create", SYS_openat, 1, -1},     {"pwrite", SYS_fallocate, -1, 0},
#ifdef SYS_rename
    {"rename", SYS_rename, 1, -1},     {"unlink", SYS_unlink, 0, -1},       {"rmdir", SYS_rmdir, 0, -1},
    {"mkdir", SYS_mkdir, 0, -1},       {"create", SYS_open, 0, -1},
#endif
};
enum { CALLS = sizeof calls / sizeof *calls };

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *what) {
  fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
  exit(71);
}

static int wanted(const char *list, const char *name) {
  size_t length = strlen(name);
  for (const char *p = list; (p = strstr(p, name)); p += length)
    if ((p == list || p[-1] == ',') && (p[length] == ',' || !p[length])) return 1;
  return 0;
}

// In the child: the filter, and the descriptor from which its calls are read.
static int listen_to(const char *list) {
  struct sock_filter f[8 + 6 * CALLS];
  int n = 0;
  f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
  f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 1, 0);
  f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (int i = 0; i < CALLS; i++) {
    if (!wanted(list, calls[i].name)) continue;
    int creates = !strcmp(calls[i].name, "create"), flags = calls[i].path + 1;
    f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, creates ? 4 : 1);
    if (creates) {  // opening what is there is no write
      f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * flags);
      f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_CREAT, 1, 0);
      f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
    f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
  }
  // The program makes itself opaque; then only root could read the paths of its calls. It is told that it did.
  f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3);
  f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args));
  f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_DUMPABLE, 0, 1);
  f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO);
  f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {(unsigned short)n, f};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) fail("no_new_privs");
  int listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
  if (listener < 0) fail("seccomp");
  return listener;
}

static void send_descriptor(int socket, int descriptor) {
  char byte = 0, control[CMSG_SPACE(sizeof(int))] = {0};
  struct iovec part = {&byte, 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  *header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  if (sendmsg(socket, &message, 0) != 1) fail("sendmsg");
}

static int receive_descriptor(int socket) {
  char byte, control[CMSG_SPACE(sizeof(int))];
  struct iovec part = {&byte, 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  if (recvmsg(socket, &message, 0) != 1) fail("the program did not start");
  int descriptor;
  memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof descriptor);
  return descriptor;
}

// The file that a call is about; empty when it cannot be told.
static void path_of(const struct call *call, const struct seccomp_notif *request, char *path, size_t size) {
  char place[64];
  path[0] = 0;
  if (call->descriptor >= 0) {
    snprintf(place, sizeof place, "/proc/%d/fd/%d", request->pid, (int)request->data.args[call->descriptor]);
    ssize_t length = readlink(place, path, size - 1);
    path[length < 0 ? 0 : length] = 0;
    return;
  }
  snprintf(place, sizeof place, "/proc/%d/mem", request->pid);
  int memory = open(place, O_RDONLY | O_CLOEXEC);
  if (memory < 0) return;
  ssize_t length = pread(memory, path, size - 1, (off_t)request->data.args[call->path]);
  path[length < 0 ? 0 : length] = 0;
  close(memory);
}

static int ends_with(const char *text, const char *end) {
  size_t length = strlen(text), tail = strlen(end);
  return tail > 0 && length >= tail && !strcmp(text + length - tail, end);
}

// Waits until no thread is in the middle of a call: they stop only when they come back from it.
static void wait_until_stopped(pid_t child) {
  for (int tries = 0; tries < 500; tries++) {
    char place[300];
    snprintf(place, sizeof place, "/proc/%d/task", child);
    DIR *tasks = opendir(place);
    int moving = 0;
    for (struct dirent *entry; tasks && (entry = readdir(tasks));) {
      char text[512] = "";
      snprintf(place, sizeof place, "/proc/%d/task/%.20s/stat", child, entry->d_name);
      FILE *file = fopen(place, "re");
      if (!file) continue;
      if (fgets(text, sizeof text, file)) {
        const char *end = strrchr(text, ')');
        // The one that was struck sleeps in the call that was not carried out.
        moving += end && (end[2] == 'R' || end[2] == 'D');
      }
      fclose(file);
    }
    if (tasks) closedir(tasks);
    if (!moving) return;
    usleep(2000);
  }
}

static const struct call *call_of(long number) {
  for (int i = 0; i < CALLS; i++)
    if (calls[i].number == number) return &calls[i];
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 9) {
    fprintf(stderr, "usage: inject RESULT FOLDER EXCEPT CALLS WHAT NUMBER DELAY PROGRAM ARGUMENT...\n");
    return 64;
  }
  const char *folder = argv[2], *except = argv[3], *list = argv[4], *what = argv[5];
  long long number = atoll(argv[6]), delay = atoll(argv[7]);
  static const struct { const char *name; int code; } errors[] = {
      {"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EROFS", EROFS}, {"EACCES", EACCES}, {"EMFILE", EMFILE}};
  int error = 0, lasts = what[strlen(what) - 1] == '+', by_time = !strcmp(what, "after"), sockets[2];
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
    if (!strncmp(what, errors[i].name, strlen(errors[i].name))) error = errors[i].code;
  int lies = what[0] == '~';
  what += lies;
  FILE *result = fopen(argv[1], "we");
  if (!result) fail(argv[1]);
  // What the program leaves behind is waited for here.
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets)) fail("prepare");
  long long start = now();
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    if (!by_time) {
      int listener = listen_to(list);
      send_descriptor(sockets[1], listener);
      close(listener);
    }
    execv(argv[8], argv + 8);
    fail(argv[8]);
  }
  close(sockets[1]);
  int listener = by_time ? -1 : receive_descriptor(sockets[0]);
  long long count = 0, wall = 0, kill_at = by_time ? start + number : 0, ended = 0;
  int status = 0, isRunning = 1;
  for (;;) {
    if (kill_at && isRunning && now() >= kill_at) kill(child, SIGKILL);
    int raw;
    pid_t gone;
    while ((gone = waitpid(-1, &raw, WNOHANG)) > 0)
      if (gone == child) (status = raw, isRunning = 0, ended = now(), wall = ended - start);
    // Programs that outlive it may end by themselves, for a while.
    if (gone < 0 && errno == ECHILD) break;
    if (!isRunning && now() - ended > 10000000000LL) break;
    long long left = kill_at && isRunning ? kill_at - now() : 1000000;
    if (left <= 0) left = isRunning ? 20000 : 1000000;
    if (left > 1000000) left = 1000000;
    struct timespec wait = {0, left};
    struct pollfd readable = {listener, POLLIN, 0};
    if (ppoll(&readable, listener < 0 ? 0 : 1, &wait, NULL) <= 0) continue;
    if (!(readable.revents & POLLIN)) {
      if (readable.revents & (POLLHUP | POLLERR)) (close(listener), listener = -1);
      continue;
    }
    struct seccomp_notif request = {0};
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request)) continue;  // it died meanwhile
    struct seccomp_notif_resp answer = {.id = request.id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    char path[4096], own[64];
    const struct call *call = call_of(request.data.nr);
    path_of(call, &request, path, sizeof path);
    snprintf(own, sizeof own, "/proc/%d/task/%d", child, request.pid);
    if (!strncmp(path, folder, strlen(folder)) && !ends_with(path, except) && access(own, F_OK) == 0) {
      count++;
      fprintf(result, "call %s %s\n", call->name, path);
      if (lies && strstr(call->name, "sync")) answer.flags = 0;
      int isStruck = lasts && error ? count >= number : count == number;
      if (isStruck && strcmp(what, "count")) {
        fprintf(result, "struck %s %s\n", call->name, path);
        if (error) {
          answer.flags = 0;
          answer.error = -error;
        } else if (what[0] == '/') {
          kill(child, SIGSTOP);
          usleep(2000);
          wait_until_stopped(child);
          fflush(result);
          if (system(what)) fprintf(result, "failed %s\n", what);
          kill(child, SIGKILL);
          continue;
        } else if (delay == 0) {
          kill(child, SIGKILL);
          continue;
        } else {
          kill_at = now() + delay;
        }
      }
    }
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);  // fails when it died meanwhile
  }
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  fprintf(result, "status %d\nwall %lld\ncalls %lld\n", code, wall, count);
  return fclose(result) == 0 ? 0 : 74;
}
