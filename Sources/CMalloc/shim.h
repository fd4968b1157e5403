// SPDX-License-Identifier: Apache-2.0
// glibc's allocator and its settings, which Swift's own Glibc module leaves out.
#include <malloc.h>
