// SPDX-License-Identifier: Apache-2.0
// Counts allocations, by thread. Preloaded before any program:
//   cc -O2 -shared -fPIC -o allocations.so allocations.c
//   ALLOCATIONS=FILE LD_PRELOAD=./allocations.so PROGRAM
// FILE (optional) holds one 32-byte slot a thread: its name (16 bytes), allocations and bytes asked
// for (8 bytes each), and can be read while PROGRAM runs. In the program itself
// nhip_allocations_total() tells all of them.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

struct slot {
  char name[16];
  uint64_t count, bytes;
};
enum { slots_max = 4096 };
static struct slot in_memory[slots_max];
static struct slot *slots = in_memory;
static uint32_t used;
static __thread struct slot *mine;
static __thread unsigned until_named;

__attribute__((constructor)) static void open_file(void) {
  const char *path = getenv("ALLOCATIONS");
  if (!path) return;
  int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (file < 0 || ftruncate(file, sizeof in_memory) != 0) return;
  void *mapped = mmap(0, sizeof in_memory, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (mapped == MAP_FAILED) return;
  memcpy(mapped, in_memory, sizeof in_memory);
  slots = mapped;
  mine = 0;
}

static void note(size_t bytes) {
  if (!mine) {
    uint32_t place = __atomic_fetch_add(&used, 1, __ATOMIC_RELAXED);
    mine = &slots[place < slots_max ? place : slots_max - 1];
  }
  // A thread gets its name after its first allocations, so it is asked for again now and then.
  if (until_named-- == 0) {
    until_named = 256;
    pthread_getname_np(pthread_self(), mine->name, sizeof mine->name);
  }
  mine->count += 1;
  mine->bytes += bytes;
}

uint64_t nhip_allocations_total(void) {
  uint64_t total = 0;
  for (int place = 0; place < slots_max; place++) total += slots[place].count;
  return total;
}

void *malloc(size_t size) { note(size); return __libc_malloc(size); }
void *calloc(size_t count, size_t size) { note(count * size); return __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { note(size); return __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) {
  note(size);
  return __libc_memalign(alignment, size);
}
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void **result, size_t alignment, size_t size) {
  void *memory = memalign(alignment, size);
  if (!memory) return ENOMEM;
  *result = memory;
  return 0;
}
