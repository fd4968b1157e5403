// SPDX-License-Identifier: Apache-2.0
// SQLite's side of the machine: a VFS that asks the machine before every operation.

#include "Machine.h"

#include <sqlite3.h>
#include <stddef.h>
#include <string.h>

struct faulty_file {
  sqlite3_file base;
  struct tracked_file *tracked;
  // The default VFS's own handle, which lies behind this structure.
  sqlite3_file *real;
};

static sqlite3_vfs *default_vfs;
static sqlite3_vfs faulty_vfs;
static sqlite3_io_methods faulty_methods;

static struct faulty_file *of(sqlite3_file *file) { return (struct faulty_file *)file; }

static int faulty_close(sqlite3_file *file) {
  sqlite3_file *real = of(file)->real;
  return real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;
}

static int faulty_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
  if (machine_is_down()) return SQLITE_IOERR_READ;
  return of(file)->real->pMethods->xRead(of(file)->real, bytes, count, offset);
}

static int faulty_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
  if (machine_is_down()) return SQLITE_IOERR_WRITE;
  if (machine_is_full()) return SQLITE_FULL;
  // Where the machine stops in mid-write, the first sectors are written.
  int written = machine_write(of(file)->tracked, bytes, count, offset);
  int status = SQLITE_OK;
  if (written > 0) {
    status = of(file)->real->pMethods->xWrite(of(file)->real, bytes, written, offset);
  }
  return machine_is_down() ? SQLITE_IOERR_WRITE : status;
}

static int faulty_truncate(sqlite3_file *file, sqlite3_int64 size) {
  if (machine_is_down() || !machine_truncate(of(file)->tracked, size)) {
    return SQLITE_IOERR_TRUNCATE;
  }
  return of(file)->real->pMethods->xTruncate(of(file)->real, size);
}

// The real file is never synced: that is what makes thousands of crashes affordable.
static int faulty_sync(sqlite3_file *file, int flags) {
  (void)flags;
  if (machine_is_down() || !machine_sync(of(file)->tracked)) return SQLITE_IOERR_FSYNC;
  return SQLITE_OK;
}

static int faulty_size(sqlite3_file *file, sqlite3_int64 *size) {
  if (machine_is_down()) return SQLITE_IOERR_FSTAT;
  return of(file)->real->pMethods->xFileSize(of(file)->real, size);
}

static int faulty_lock(sqlite3_file *file, int level) {
  return of(file)->real->pMethods->xLock(of(file)->real, level);
}

static int faulty_unlock(sqlite3_file *file, int level) {
  return of(file)->real->pMethods->xUnlock(of(file)->real, level);
}

static int faulty_check_lock(sqlite3_file *file, int *result) {
  return of(file)->real->pMethods->xCheckReservedLock(of(file)->real, result);
}

static int faulty_control(sqlite3_file *file, int operation, void *argument) {
  return of(file)->real->pMethods->xFileControl(of(file)->real, operation, argument);
}

static int faulty_sector_size(sqlite3_file *file) {
  return of(file)->real->pMethods->xSectorSize(of(file)->real);
}

static int faulty_characteristics(sqlite3_file *file) {
  return of(file)->real->pMethods->xDeviceCharacteristics(of(file)->real);
}

static int faulty_map(
    sqlite3_file *file, int page, int size, int extend, void volatile **address) {
  return of(file)->real->pMethods->xShmMap(of(file)->real, page, size, extend, address);
}

static int faulty_shared_lock(sqlite3_file *file, int offset, int count, int flags) {
  int isTaking = (flags & SQLITE_SHM_LOCK) && (flags & SQLITE_SHM_EXCLUSIVE);
  if (isTaking && machine_is_occupied()) return SQLITE_BUSY;
  return of(file)->real->pMethods->xShmLock(of(file)->real, offset, count, flags);
}

static void faulty_barrier(sqlite3_file *file) {
  of(file)->real->pMethods->xShmBarrier(of(file)->real);
}

static int faulty_unmap(sqlite3_file *file, int deletes) {
  return of(file)->real->pMethods->xShmUnmap(of(file)->real, deletes);
}

// Version 2: without memory-mapped reading, so that every operation passes through here.
static sqlite3_io_methods faulty_methods = {
  .iVersion = 2,
  .xClose = faulty_close,
  .xRead = faulty_read,
  .xWrite = faulty_write,
  .xTruncate = faulty_truncate,
  .xSync = faulty_sync,
  .xFileSize = faulty_size,
  .xLock = faulty_lock,
  .xUnlock = faulty_unlock,
  .xCheckReservedLock = faulty_check_lock,
  .xFileControl = faulty_control,
  .xSectorSize = faulty_sector_size,
  .xDeviceCharacteristics = faulty_characteristics,
  .xShmMap = faulty_map,
  .xShmLock = faulty_shared_lock,
  .xShmBarrier = faulty_barrier,
  .xShmUnmap = faulty_unmap,
};

static int faulty_open(
    sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flagsOut) {
  (void)vfs;
  if (!machine_has(name)) return default_vfs->xOpen(default_vfs, name, file, flags, flagsOut);
  struct faulty_file *faulty = of(file);
  memset(faulty, 0, sizeof *faulty);
  if (machine_is_down()) return SQLITE_IOERR;
  faulty->real = (sqlite3_file *)(faulty + 1);
  memset(faulty->real, 0, (size_t)default_vfs->szOsFile);
  faulty->tracked = machine_open(name);
  int status = default_vfs->xOpen(default_vfs, name, faulty->real, flags, flagsOut);
  // SQLite closes a file whose opening failed if it has methods.
  if (status == SQLITE_OK) faulty->base.pMethods = &faulty_methods;
  return status;
}

static int faulty_delete(sqlite3_vfs *vfs, const char *name, int syncFolder) {
  (void)vfs;
  if (machine_has(name) && (machine_is_down() || !machine_delete(name))) {
    return SQLITE_IOERR_DELETE;
  }
  return default_vfs->xDelete(default_vfs, name, machine_has(name) ? 0 : syncFolder);
}

static int faulty_sleep(sqlite3_vfs *vfs, int microseconds) {
  (void)vfs;
  if (machine_is_simulating()) return microseconds;
  return default_vfs->xSleep(default_vfs, microseconds);
}

void nhip_machine_begin(const char *folder, uint64_t seed) {
  if (!default_vfs) {
    default_vfs = sqlite3_vfs_find(NULL);
    faulty_vfs = *default_vfs;
    faulty_vfs.zName = "nhip-faulty";
    faulty_vfs.szOsFile = default_vfs->szOsFile + (int)sizeof(struct faulty_file);
    faulty_vfs.xOpen = faulty_open;
    faulty_vfs.xDelete = faulty_delete;
    faulty_vfs.xSleep = faulty_sleep;
  }
  machine_reset(folder, seed);
  // The default one, because who opens a store names no VFS. Other tests' files pass through.
  sqlite3_vfs_register(&faulty_vfs, 1);
}

void nhip_machine_end(void) {
  machine_reset("", 0);
  sqlite3_vfs_register(default_vfs, 1);
}
