/* Written between a program and its file system: a log of every write and every sync of
   files in one folder, so that a test can lay out what a power cut would have left.

   LOG_WRITES_IN names the folder, LOG_WRITES_TO the log. Each record begins with a line:
   "W <path> <offset> <length>" and the bytes, "T <path> <length>" (cut to a length),
   "S <path>" (all before is on the disk), "D <path>" (deleted). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static const char *path_of(int file, char *path, size_t size) {
  char link[64];
  const char *folder = getenv("LOG_WRITES_IN");
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, size - 1);
  if (!folder || length < 0) return NULL;
  path[length] = 0;
  return strncmp(path, folder, strlen(folder)) ? NULL : path;
}

static void record(const char *line, const void *bytes, size_t length) {
  static ssize_t (*real_write)(int, const void *, size_t);
  if (!real_write) real_write = dlsym(RTLD_NEXT, "write");
  pthread_mutex_lock(&lock);
  int log = open(getenv("LOG_WRITES_TO"), O_WRONLY | O_APPEND | O_CREAT, 0600);
  real_write(log, line, strlen(line));
  if (length) real_write(log, bytes, length);
  close(log);
  pthread_mutex_unlock(&lock);
}

static void record_write(int file, const void *bytes, ssize_t done, off_t offset) {
  char path[4096], line[4200];
  if (done <= 0 || !path_of(file, path, sizeof path)) return;
  snprintf(line, sizeof line, "W %s %lld %zd\n", path, (long long)offset, done);
  record(line, bytes, done);
}

static void record_name(const char *what, int file) {
  char path[4096], line[4200];
  if (!path_of(file, path, sizeof path)) return;
  snprintf(line, sizeof line, "%s %s\n", what, path);
  record(line, NULL, 0);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off_t offset) {
  ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite64");
  ssize_t done = real(file, bytes, length, offset);
  record_write(file, bytes, done, offset);
  return done;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
  return pwrite64(file, bytes, length, offset);
}

ssize_t write(int file, const void *bytes, size_t length) {
  ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
  char path[4096];
  off_t offset = path_of(file, path, sizeof path) ? lseek(file, 0, SEEK_CUR) : 0;
  ssize_t done = real(file, bytes, length);
  record_write(file, bytes, done, offset);
  return done;
}

int ftruncate64(int file, off_t length) {
  int (*real)(int, off_t) = dlsym(RTLD_NEXT, "ftruncate64");
  int done = real(file, length);
  char path[4096], line[4200];
  if (done == 0 && path_of(file, path, sizeof path)) {
    snprintf(line, sizeof line, "T %s %lld\n", path, (long long)length);
    record(line, NULL, 0);
  }
  return done;
}

int ftruncate(int file, off_t length) { return ftruncate64(file, length); }

int fsync(int file) {
  int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
  int done = real(file);
  record_name("S", file);
  return done;
}

int fdatasync(int file) {
  int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
  int done = real(file);
  record_name("S", file);
  return done;
}
