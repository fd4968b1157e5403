// SPDX-License-Identifier: Apache-2.0
// Preloaded into nhip by the torture runner: while the file named by TORTURE_FSYNC_FAILS exists,
// nothing reaches the disk, and the kernel says so.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int is_failing(void) {
  const char *flag = getenv("TORTURE_FSYNC_FAILS");
  return flag && access(flag, F_OK) == 0;
}

static int synchronise(const char *name, int file) {
  if (is_failing()) {
    errno = EIO;
    return -1;
  }
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return real(file);
}

int fsync(int file) { return synchronise("fsync", file); }

int fdatasync(int file) { return synchronise("fdatasync", file); }
