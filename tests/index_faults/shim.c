/* Makes file operations of a process fail, for tests: LD_PRELOAD=shim.so FAULT_AT=n FAULT_KIND=exit|error|errors
   FAULT_ERRNO=e. Counted are writes to regular files, syncs, renames and removals, from 1; `exit` ends the process in place of the
   n-th, `error` fails it, `errors` fails it and all after it. FAULT_MARK is a file that is made once a fault has happened. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_long operations;

static int is_faulty(void) {
    const char *at = getenv("FAULT_AT"), *kind = getenv("FAULT_KIND"), *mark = getenv("FAULT_MARK");
    if (!at || !kind) return 0;
    long number = atomic_fetch_add(&operations, 1) + 1, wanted = atol(at);
    if (number < wanted || (number > wanted && strcmp(kind, "errors"))) return 0;
    if (mark) syscall(SYS_close, syscall(SYS_openat, AT_FDCWD, mark, O_CREAT | O_WRONLY, 0600));
    if (!strcmp(kind, "exit")) _exit(137);
    errno = getenv("FAULT_ERRNO") ? atoi(getenv("FAULT_ERRNO")) : EIO;
    return 1;
}

#define NEXT(name, type) ((type)dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t count) {
    struct stat found;
    if (fstat(fd, &found) == 0 && S_ISREG(found.st_mode) && is_faulty()) return -1;
    return NEXT(write, ssize_t (*)(int, const void *, size_t))(fd, bytes, count);
}

int fsync(int fd) { return is_faulty() ? -1 : NEXT(fsync, int (*)(int))(fd); }
int fdatasync(int fd) { return is_faulty() ? -1 : NEXT(fdatasync, int (*)(int))(fd); }
int rename(const char *from, const char *to) {
    return is_faulty() ? -1 : NEXT(rename, int (*)(const char *, const char *))(from, to);
}
int unlink(const char *path) { return is_faulty() ? -1 : NEXT(unlink, int (*)(const char *))(path); }
