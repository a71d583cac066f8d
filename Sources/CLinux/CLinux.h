#pragma once
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* System calls that Swift's Glibc does not show. */
#pragma clang assume_nonnull begin
/* Exchanges two paths in one step; 0 on success, else -1 and errno. */
static inline int js_exchange(const char *a, const char *b) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 2u /* RENAME_EXCHANGE */);
}
/* Everything that was written to the file system of `descriptor` is on the disk when it returns 0. */
static inline int js_sync_filesystem(int descriptor) { return (int)syscall(SYS_syncfs, descriptor); }
/* No core file, and no other process of the user may look inside. */
static inline int js_refuse_dumps(void) { return prctl(PR_SET_DUMPABLE, 0); }
#pragma clang assume_nonnull end
