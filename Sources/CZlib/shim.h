// SPDX-License-Identifier: Apache-2.0
// The system's zlib, as it is.
#include <zlib.h>
