// SPDX-License-Identifier: Apache-2.0
// What one JSON value is as an `nhip_value`, and how several become one.
#ifndef CSIMDJSON_VALUES_H
#define CSIMDJSON_VALUES_H

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <cstring>

#include "CSimdJSON.h"

namespace nhip {

inline nhip_value valueOf(const simdjson::dom::element &element) {
  nhip_value value{0, nullptr, 0, NHIP_VALUE_ABSENT};
  switch (element.type()) {
    case simdjson::dom::element_type::INT64:
      value.bits = static_cast<uint64_t>(element.get_int64().value_unsafe());
      value.tag = NHIP_VALUE_INTEGER;
      break;
    case simdjson::dom::element_type::UINT64:
      value.bits = element.get_uint64().value_unsafe();
      value.tag = NHIP_VALUE_UNSIGNED;
      break;
    case simdjson::dom::element_type::DOUBLE: {
      const double number = element.get_double().value_unsafe();
      std::memcpy(&value.bits, &number, sizeof number);
      value.tag = NHIP_VALUE_NUMBER;
      break;
    }
    case simdjson::dom::element_type::BOOL:
      value.bits = element.get_bool().value_unsafe() ? 1 : 0;
      value.tag = NHIP_VALUE_FLAG;
      break;
    case simdjson::dom::element_type::STRING: {
      const std::string_view text = element.get_string().value_unsafe();
      value.text = text.data();
      value.text_size = static_cast<uint32_t>(text.size());
      value.tag = NHIP_VALUE_TEXT;
      break;
    }
    case simdjson::dom::element_type::NULL_VALUE:
      break;
    default:
      value.tag = NHIP_VALUE_COMPOUND;
  }
  return value;
}

inline double numberOf(const nhip_value &value) {
  if (value.tag == NHIP_VALUE_NUMBER) {
    double number;
    std::memcpy(&number, &value.bits, sizeof number);
    return number;
  }
  if (value.tag == NHIP_VALUE_UNSIGNED) return static_cast<double>(value.bits);
  return static_cast<double>(static_cast<int64_t>(value.bits));
}

inline bool isNumber(const nhip_value &value) {
  return value.tag >= NHIP_VALUE_INTEGER && value.tag <= NHIP_VALUE_NUMBER;
}

/// A flag as the whole number 0 or 1, which is what its bits are already; others as they are.
inline nhip_value countable(nhip_value value) {
  if (value.tag == NHIP_VALUE_FLAG) value.tag = NHIP_VALUE_INTEGER;
  return value;
}

/// Decimal text as the number it spells; other text, and everything else, as it is.
inline nhip_value spelled(nhip_value value) {
  if (value.tag != NHIP_VALUE_TEXT || value.text_size == 0 || value.text_size > 64) return value;
  const char *end = value.text + value.text_size;
  const char *start = *value.text == '+' ? value.text + 1 : value.text;
  int64_t whole;
  if (const auto read = std::from_chars(start, end, whole);
      read.ec == std::errc() && read.ptr == end) {
    value.bits = static_cast<uint64_t>(whole);
    value.tag = NHIP_VALUE_INTEGER;
    return value;
  }
  double number;
  if (const auto read = std::from_chars(start, end, number);
      read.ec == std::errc() && read.ptr == end && std::isfinite(number)) {
    std::memcpy(&value.bits, &number, sizeof number);
    value.tag = NHIP_VALUE_NUMBER;
  }
  return value;
}

/// Folds one more element into a slot. Whole numbers stay whole while their sum fits; flags count
/// as 0 and 1, and only the maximum or minimum of nothing but flags is a flag again.
[[gnu::noinline]] inline void fold(nhip_value &into, nhip_value value, int aggregation) {
  value = spelled(value);
  const bool both_flags = into.tag == NHIP_VALUE_FLAG && value.tag == NHIP_VALUE_FLAG;
  if (aggregation == NHIP_AGGREGATE_SUM) value = countable(value);
  if (into.tag == NHIP_VALUE_ABSENT) {
    into = value;
    return;
  }
  if (value.tag == NHIP_VALUE_ABSENT || into.tag == NHIP_VALUE_COMPOUND) return;
  if (!both_flags) {
    into = countable(into);
    value = countable(value);
  }
  if (!both_flags && (!isNumber(value) || !isNumber(into))) {
    into.tag = NHIP_VALUE_COMPOUND;
    return;
  }
  if (aggregation == NHIP_AGGREGATE_MAX) {
    if (numberOf(value) > numberOf(into)) into = value;
    return;
  }
  if (aggregation == NHIP_AGGREGATE_MIN) {
    if (numberOf(value) < numberOf(into)) into = value;
    return;
  }
  int64_t sum;
  if (into.tag == NHIP_VALUE_INTEGER && value.tag == NHIP_VALUE_INTEGER &&
      !__builtin_add_overflow(static_cast<int64_t>(into.bits), static_cast<int64_t>(value.bits),
                              &sum)) {
    into.bits = static_cast<uint64_t>(sum);
    return;
  }
  const double number = numberOf(into) + numberOf(value);
  std::memcpy(&into.bits, &number, sizeof number);
  into.tag = NHIP_VALUE_NUMBER;
}

}  // namespace nhip

#endif
