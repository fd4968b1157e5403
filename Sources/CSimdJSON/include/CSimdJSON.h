// SPDX-License-Identifier: Apache-2.0
#ifndef CSIMDJSON_H
#define CSIMDJSON_H
#include <stddef.h>
#include <stdint.h>
#endif
