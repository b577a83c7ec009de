/*
 * Journals what a process does to the files of a store, and fails some of it: LD_PRELOAD of the tests of power cuts.
 *
 * SHIM_FOLDER   folder of the files
 * SHIM_JOURNAL  file that gets the journal
 * SHIM_FAULT    enospc, eio or erofs
 * SHIM_AFTER    number of writes (enospc) or syncs (eio) before the fault
 * SHIM_TIMES    number of faults; all from then on if it is missing
 *
 * A record is: operation, file, two bytes of padding, length (4 bytes), offset (8 bytes), data; in the machine's order.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { CREATE = 1, WRITE, TRUNCATE, SYNC, SYNC_FAILED, WRITE_FAILED };
enum { DATABASE = 1, LOG, INCARNATION, EVENTS, FOLDER };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char files[4096];
static int journal = -1;
static const char *folder;
static const char *fault;
static long after, times = -1;

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);

__attribute__((constructor)) static void start(void) {
    real_open = dlsym(RTLD_NEXT, "open");
    real_close = dlsym(RTLD_NEXT, "close");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    folder = getenv("SHIM_FOLDER");
    fault = getenv("SHIM_FAULT");
    if (getenv("SHIM_AFTER")) after = atol(getenv("SHIM_AFTER"));
    if (getenv("SHIM_TIMES")) times = atol(getenv("SHIM_TIMES"));
    const char *path = getenv("SHIM_JOURNAL");
    if (path) journal = real_open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

static void record(int operation, int file, uint64_t offset, const void *data, size_t length) {
    struct { uint8_t operation, file; uint16_t padding; uint32_t length; uint64_t offset; } head =
        { operation, file, 0, length, offset };
    if (journal < 0) return;
    if (real_write(journal, &head, sizeof head) != sizeof head) abort();
    if (length > 0 && real_write(journal, data, length) != (ssize_t)length) abort();
}

static int file_of(int fd) { return fd >= 0 && fd < (int)sizeof files ? files[fd] : 0; }

static int file_named(const char *path) {
    if (!folder || strncmp(path, folder, strlen(folder)) != 0) return 0;
    const char *name = path + strlen(folder);
    if (*name == 0 || strcmp(name, "/") == 0) return FOLDER;
    if (strcmp(name, "/outbox.db") == 0) return DATABASE;
    if (strcmp(name, "/outbox.db-wal") == 0) return LOG;
    if (strcmp(name, "/outbox.db.incarnation") == 0) return INCARNATION;
    if (strcmp(name, "/events") == 0) return EVENTS;
    return 0;
}

/* Whether this operation fails. With the lock held. */
static int fails(const char *kind, int file) {
    if (!fault || strcmp(fault, kind) != 0 || file == EVENTS) return 0;
    if (after > 0) { after--; return 0; }
    if (times == 0) return 0;
    if (times > 0) times--;
    return 1;
}

static int open_any(const char *path, int flags, mode_t mode) {
    int file = file_named(path);
    if (!file) return real_open(path, flags, mode);
    if (fault && strcmp(fault, "erofs") == 0 && file != EVENTS && (flags & O_ACCMODE) != O_RDONLY) {
        errno = EROFS;
        return -1;
    }
    pthread_mutex_lock(&lock);
    int is_new = access(path, F_OK) != 0;
    int fd = real_open(path, flags, mode);
    if (fd >= 0 && fd < (int)sizeof files) {
        files[fd] = file;
        if (is_new) record(CREATE, file, 0, 0, 0);
        else if (flags & O_TRUNC) record(TRUNCATE, file, 0, 0, 0);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

#define OPEN(name)                                           \
    int name(const char *path, int flags, ...) {             \
        mode_t mode = 0;                                     \
        if (flags & (O_CREAT | O_TMPFILE)) {                 \
            va_list list;                                    \
            va_start(list, flags);                           \
            mode = va_arg(list, mode_t);                     \
            va_end(list);                                    \
        }                                                    \
        return open_any(path, flags, mode);                  \
    }
OPEN(open)
OPEN(open64)

int close(int fd) {
    if (file_of(fd)) files[fd] = 0;
    return real_close(fd);
}

static ssize_t write_any(int fd, const void *data, size_t length, off_t offset, int is_at) {
    int file = file_of(fd);
    if (!file) return is_at ? real_pwrite(fd, data, length, offset) : real_write(fd, data, length);
    pthread_mutex_lock(&lock);
    if (fails("enospc", file)) {
        record(WRITE_FAILED, file, 0, 0, 0);
        pthread_mutex_unlock(&lock);
        errno = ENOSPC;
        return -1;
    }
    if (!is_at) offset = lseek(fd, 0, file == EVENTS ? SEEK_END : SEEK_CUR);
    ssize_t written = is_at ? real_pwrite(fd, data, length, offset) : real_write(fd, data, length);
    if (written > 0) record(WRITE, file, offset, data, written);
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t write(int fd, const void *data, size_t length) { return write_any(fd, data, length, 0, 0); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return write_any(fd, data, length, offset, 1); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return write_any(fd, data, length, offset, 1); }

static int truncate_any(int fd, off_t length) {
    int file = file_of(fd);
    pthread_mutex_lock(&lock);
    int result = real_ftruncate(fd, length);
    if (file && result == 0) record(TRUNCATE, file, length, 0, 0);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate(int fd, off_t length) { return truncate_any(fd, length); }
int ftruncate64(int fd, off64_t length) { return truncate_any(fd, length); }

/* The disk is not synced in fact: what would be durable is known by the journal, and the machine does not lose its power. */
static int sync_any(int fd) {
    int file = file_of(fd);
    if (!file) return real_fsync(fd);
    pthread_mutex_lock(&lock);
    int failed = fails("eio", file);
    record(failed ? SYNC_FAILED : SYNC, file, 0, 0, 0);
    pthread_mutex_unlock(&lock);
    if (failed) {
        errno = EIO;
        return -1;
    }
    /* As long as a disk would take, so that requests share commits. */
    usleep(1000);
    return 0;
}

int fsync(int fd) { return sync_any(fd); }
int fdatasync(int fd) { return sync_any(fd); }
