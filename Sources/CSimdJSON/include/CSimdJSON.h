// SPDX-License-Identifier: Apache-2.0
// One JSON object in, the values at a plan's paths out. simdjson is C++; this is its C face.
#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The same numbers as Telemetry's ValueColumn.Tag, and one more for what no column takes.
enum {
  NHIP_VALUE_ABSENT = 0,
  NHIP_VALUE_INTEGER = 1,
  NHIP_VALUE_UNSIGNED = 2,
  NHIP_VALUE_NUMBER = 3,
  NHIP_VALUE_FLAG = 4,
  NHIP_VALUE_TEXT = 5,
  /// An object or array where a single value belongs.
  NHIP_VALUE_COMPOUND = 6
};

enum {
  NHIP_AGGREGATE_NONE = 0,
  NHIP_AGGREGATE_SUM = 1,
  NHIP_AGGREGATE_MAX = 2,
  NHIP_AGGREGATE_MIN = 3
};

enum {
  NHIP_DECODED = 0,
  NHIP_NOT_JSON = 1,
  NHIP_NOT_UTF8 = 2,
  NHIP_NOT_OBJECT = 3,
  NHIP_TOO_DEEP = 4,
  NHIP_OUT_OF_MEMORY = 5
};

typedef struct {
  /// Integer, unsigned, bit pattern of a double, or 0 and 1, by `tag`.
  uint64_t bits;
  /// UTF-8, not terminated; valid until the decoder's next call.
  const char *text;
  uint32_t text_size;
  uint8_t tag;
} nhip_value;

typedef struct nhip_decoder nhip_decoder;

/// A decoder with an empty plan; NULL if there is no memory. One thread at a time.
nhip_decoder *nhip_decoder_create(void);
void nhip_decoder_destroy(nhip_decoder *decoder);

/// Puts the value at `path` (JSON pointer; the segment `*` means every element) into `slot`.
/// Returns 0, or -1 if the path is not one.
int nhip_decoder_add(nhip_decoder *decoder, const char *path, uint32_t slot, int aggregation);

/// Decodes one object of `size` bytes, behind which 64 more can be read, into `slots` values.
/// Returns one of NHIP_DECODED … NHIP_OUT_OF_MEMORY; values mean something after NHIP_DECODED only.
int nhip_decoder_decode(nhip_decoder *decoder, const uint8_t *json, size_t size,
                        nhip_value *values, size_t slots);

/// Calls `visit` for every top-level key of the object decoded last that the plan does not name.
void nhip_decoder_unknown_keys(nhip_decoder *decoder, void *context,
                               void (*visit)(void *context, const char *key, size_t size));

/// Calls `visit` for every element of the array under a top-level key of the object decoded last,
/// until it returns something else than 0. Returns 0 (also where there is no such key, or null
/// stands there), or -1 if something else than an array stands there.
int nhip_decoder_list(nhip_decoder *decoder, const char *key, void *context,
                      int (*visit)(void *context, const nhip_value *value));

#ifdef __cplusplus
}
#endif
#endif
