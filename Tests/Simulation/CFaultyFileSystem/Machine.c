// SPDX-License-Identifier: Apache-2.0
// What would survive: for each file its synced content, and the operations since.

#include "Machine.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR = 512, FILES_MAX = 16, PATH_MAX_BYTES = 512 };

// A write, or a truncation if it has no bytes.
struct operation {
  int64_t offset;
  int count;
  unsigned char *bytes;
};

struct tracked_file {
  char path[PATH_MAX_BYTES];
  unsigned char *synced;
  int64_t size;
  int64_t capacity;
  struct operation *operations;
  int count;
  int room;
};

static struct {
  char folder[PATH_MAX_BYTES];
  struct tracked_file files[FILES_MAX];
  int fileCount;
  uint64_t random;
  int fault;
  uint64_t countdown;
  int isDown;
  int happened;
  uint32_t fullWrites;
  uint32_t busyLocks;
  int lies;
  uint64_t operations;
  uint64_t sectorsLost;
} machine;

static _Thread_local int isSimulating;
// Other tests of the process open files while a machine begins.
static pthread_mutex_t folderLock = PTHREAD_MUTEX_INITIALIZER;

// SplitMix64.
static uint64_t next_random(void) {
  machine.random += 0x9E3779B97F4A7C15u;
  uint64_t mixed = machine.random;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  return mixed ^ (mixed >> 31);
}

static void require(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "the simulated machine: %s\n", what);
  abort();
}

static void forget_operations(struct tracked_file *file) {
  for (int index = 0; index < file->count; index++) free(file->operations[index].bytes);
  file->count = 0;
}

static void forget(struct tracked_file *file) {
  forget_operations(file);
  free(file->operations);
  free(file->synced);
  memset(file, 0, sizeof *file);
}

void machine_reset(const char *folder, uint64_t seed) {
  pthread_mutex_lock(&folderLock);
  for (int index = 0; index < machine.fileCount; index++) forget(&machine.files[index]);
  memset(&machine, 0, sizeof machine);
  require(strlen(folder) < sizeof machine.folder, "the folder's path is too long");
  strcpy(machine.folder, folder);
  machine.random = seed;
  isSimulating = folder[0] != 0;
  pthread_mutex_unlock(&folderLock);
}

int machine_has(const char *path) {
  pthread_mutex_lock(&folderLock);
  size_t length = strlen(machine.folder);
  int has = path && length > 0 && strncmp(path, machine.folder, length) == 0;
  pthread_mutex_unlock(&folderLock);
  return has;
}

int machine_is_simulating(void) { return isSimulating; }
int machine_is_down(void) { return machine.isDown; }

static struct tracked_file *find(const char *path) {
  for (int index = 0; index < machine.fileCount; index++) {
    if (strcmp(machine.files[index].path, path) == 0) return &machine.files[index];
  }
  return NULL;
}

static void grow(struct tracked_file *file, int64_t size) {
  if (size > file->capacity) {
    file->capacity = size * 2;
    file->synced = realloc(file->synced, (size_t)file->capacity);
    require(file->synced != NULL, "no memory");
  }
  if (size > file->size) {
    memset(file->synced + file->size, 0, (size_t)(size - file->size));
    file->size = size;
  }
}

static void load(struct tracked_file *file) {
  int descriptor = open(file->path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  struct stat status;
  require(fstat(descriptor, &status) == 0, "a file cannot be read");
  grow(file, status.st_size);
  require(
      pread(descriptor, file->synced, (size_t)status.st_size, 0) == status.st_size,
      "a file cannot be read");
  close(descriptor);
}

struct tracked_file *machine_open(const char *path) {
  struct tracked_file *file = find(path);
  if (file) return file;
  require(machine.fileCount < FILES_MAX, "too many files");
  require(strlen(path) < sizeof file->path, "a path is too long");
  file = &machine.files[machine.fileCount++];
  strcpy(file->path, path);
  load(file);
  return file;
}

static void go_down(int fault) {
  machine.isDown = 1;
  machine.happened = fault;
  machine.fault = NHIP_FAULT_NONE;
}

// Whether this operation is the one at which the machine stops.
static int counts_down(void) {
  machine.operations++;
  if (machine.fault != NHIP_FAULT_KILL && machine.fault != NHIP_FAULT_POWER) return 0;
  if (machine.countdown-- > 0) return 0;
  go_down(machine.fault);
  return 1;
}

static void add(struct tracked_file *file, int64_t offset, const void *bytes, int count) {
  if (file->count == file->room) {
    file->room = file->room ? file->room * 2 : 64;
    file->operations =
        realloc(file->operations, (size_t)file->room * sizeof(struct operation));
    require(file->operations != NULL, "no memory");
  }
  struct operation *operation = &file->operations[file->count++];
  operation->offset = offset;
  operation->count = count;
  operation->bytes = NULL;
  if (!bytes) return;
  operation->bytes = malloc((size_t)count + 1);
  require(operation->bytes != NULL, "no memory");
  memcpy(operation->bytes, bytes, (size_t)count);
}

int machine_write(struct tracked_file *file, const void *bytes, int count, int64_t offset) {
  if (counts_down()) {
    int sectors = (count + SECTOR - 1) / SECTOR;
    int kept = (int)(next_random() % (uint64_t)(sectors + 1)) * SECTOR;
    count = kept < count ? kept : count;
  }
  if (count > 0) add(file, offset, bytes, count);
  return count;
}

int machine_truncate(struct tracked_file *file, int64_t size) {
  if (counts_down()) return 0;
  add(file, size, NULL, 0);
  return 1;
}

// `share` of 256 sectors reach the disk, whatever came before or after them.
static void apply(struct tracked_file *file, unsigned share) {
  for (int index = 0; index < file->count; index++) {
    struct operation *operation = &file->operations[index];
    if (!operation->bytes) {
      if (next_random() % 256 >= share) continue;
      if (operation->offset < file->size) file->size = operation->offset;
      grow(file, operation->offset);
      continue;
    }
    for (int64_t start = 0; start < operation->count;) {
      int64_t place = operation->offset + start;
      int64_t end = start + SECTOR - place % SECTOR;
      if (end > operation->count) end = operation->count;
      if (next_random() % 256 < share) {
        grow(file, operation->offset + end);
        memcpy(file->synced + place, operation->bytes + start, (size_t)(end - start));
      } else {
        machine.sectorsLost++;
      }
      start = end;
    }
  }
  forget_operations(file);
}

static unsigned random_share(void) {
  static const unsigned shares[] = {0, 64, 128, 230, 250, 256};
  return shares[next_random() % (sizeof shares / sizeof *shares)];
}

int machine_sync(struct tracked_file *file) {
  if (counts_down()) return 0;
  if (machine.fault == NHIP_FAULT_SYNC && machine.countdown-- == 0) {
    machine.fault = NHIP_FAULT_NONE;
    machine.happened = NHIP_FAULT_SYNC;
    // As on Linux: pages that could not be written count as clean afterwards. They can be read
    // until power is lost, and no later sync writes them.
    apply(file, random_share());
    return 0;
  }
  if (!machine.lies) apply(file, 256);
  return 1;
}

int machine_delete(const char *path) {
  if (counts_down()) return 0;
  struct tracked_file *file = find(path);
  if (!file) return 1;
  forget_operations(file);
  file->size = 0;
  return 1;
}

int machine_is_full(void) {
  if (machine.fullWrites == 0) return 0;
  machine.fullWrites--;
  return 1;
}

int machine_is_occupied(void) {
  if (machine.busyLocks == 0) return 0;
  machine.busyLocks--;
  return 1;
}

void nhip_machine_arm(int fault, uint64_t operations) {
  machine.fault = fault;
  machine.countdown = operations;
}

void nhip_machine_stop(int fault) { go_down(fault); }
int nhip_machine_is_down(void) { return machine.isDown; }
int nhip_machine_fault(void) { return machine.happened; }
void nhip_machine_fill(uint32_t writes) { machine.fullWrites = writes; }
void nhip_machine_occupy(uint32_t locks) { machine.busyLocks = locks; }
void nhip_machine_lie(int lies) { machine.lies = lies; }
uint64_t nhip_machine_operations(void) { return machine.operations; }
uint64_t nhip_machine_sectors_lost(void) { return machine.sectorsLost; }

static void lose(struct tracked_file *file) {
  int exists = access(file->path, F_OK) == 0;
  apply(file, random_share());
  // A file that was never synced may not even have its name.
  if (!exists && file->size == 0) return;
  int descriptor = open(file->path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  require(descriptor >= 0, "a file cannot be written");
  require(
      pwrite(descriptor, file->synced, (size_t)file->size, 0) == file->size &&
          ftruncate(descriptor, file->size) == 0,
      "a file cannot be written");
  close(descriptor);
}

void nhip_machine_rewrite(const char *path) {
  struct tracked_file *file = find(path);
  if (!file) return;
  forget(file);
  // Its place in the table stays: open files point to it.
  strcpy(file->path, path);
  load(file);
}

void nhip_machine_restart(void) {
  if (machine.isDown && machine.happened == NHIP_FAULT_POWER) {
    for (int index = 0; index < machine.fileCount; index++) lose(&machine.files[index]);
  }
  machine.isDown = 0;
  machine.happened = NHIP_FAULT_NONE;
  machine.fault = NHIP_FAULT_NONE;
  machine.fullWrites = 0;
  machine.busyLocks = 0;
}
