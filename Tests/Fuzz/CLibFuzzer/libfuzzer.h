// SPDX-License-Identifier: Apache-2.0
// libFuzzer as a library; it comes with the compiler but without a header of its own.
#ifndef LIBFUZZER_H
#define LIBFUZZER_H

#include <stddef.h>
#include <stdint.h>

/// Reads libFuzzer's options from the arguments and runs until one of them says to stop.
int LLVMFuzzerRunDriver(int *count, char ***arguments,
                        int (*check)(const uint8_t *start, size_t size));

#endif
