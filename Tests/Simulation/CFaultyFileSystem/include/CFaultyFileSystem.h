// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

// A machine whose files can be lost the way real machines lose them.
//
// A VFS of SQLite's that wraps the default one for all files below one folder, and leaves all
// others alone. What a program sees is the real file; beside it stands what would survive a loss
// of power: the content as of the last successful sync, and the writes since then, any 512-byte
// sectors of which may or may not have reached the disk, in any order. One machine at a time, used
// by one thread.

enum {
  NHIP_FAULT_NONE = 0,
  // The process is killed: what it wrote stays, in the page cache at least.
  NHIP_FAULT_KILL = 1,
  // The machine stops: synced content stays, and a random part of what was written since.
  NHIP_FAULT_POWER = 2,
  // The next sync fails: what it was for is on disk or not, and no later sync will tell.
  NHIP_FAULT_SYNC = 3,
};

// Begins a new machine over the files below `folder`, all of which count as synced.
void nhip_machine_begin(const char *folder, uint64_t seed);
// SQLite goes back to the plain file system for files opened from now on.
void nhip_machine_end(void);
// Counts down over writes, truncations, deletions and syncs; at 0 the fault happens.
void nhip_machine_arm(int fault, uint64_t operations);
// The process or the machine stops now, between two operations.
void nhip_machine_stop(int fault);
// The armed fault has happened; after a kill or a loss of power everything fails.
int nhip_machine_is_down(void);
// Which fault happened last, since the last restart.
int nhip_machine_fault(void);
// Comes back: after a loss of power the files hold what survived.
void nhip_machine_restart(void);
// Somebody wrote every byte of this file over itself and synced it, without SQLite's help.
void nhip_machine_rewrite(const char *path);
// So many of the next writes find no space.
void nhip_machine_fill(uint32_t writes);
// So many of the next exclusive locks are taken by somebody else.
void nhip_machine_occupy(uint32_t locks);
// A disk that says that it has synced and has not: no store can survive it.
void nhip_machine_lie(int lies);
uint64_t nhip_machine_operations(void);
uint64_t nhip_machine_sectors_lost(void);
