// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "CFaultyFileSystem.h"

struct tracked_file;

// An empty folder is no machine: then nothing is tracked.
void machine_reset(const char *folder, uint64_t seed);
int machine_has(const char *path);
struct tracked_file *machine_open(const char *path);
int machine_is_down(void);
int machine_is_full(void);
int machine_is_occupied(void);
int machine_is_simulating(void);
// How many bytes the page cache takes before the machine stops; all of them if it goes on.
int machine_write(struct tracked_file *file, const void *bytes, int count, int64_t offset);
// These say whether the operation happens.
int machine_truncate(struct tracked_file *file, int64_t size);
int machine_sync(struct tracked_file *file);
int machine_delete(const char *path);
