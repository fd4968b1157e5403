// SPDX-License-Identifier: Apache-2.0
#include "CSimdJSON.h"

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace dom = simdjson::dom;

namespace {

/// One level of the plan: where to go for each key, and which slots end here.
struct Node {
  struct Leaf {
    uint32_t slot;
    int aggregation;
  };
  /// Which field stood at a place of the object decoded before, and where it led.
  class Guess {
   public:
    /// More fields or longer keys than these are looked up each time.
    static constexpr size_t count_max = 64;
    static constexpr size_t key_size_max = 24;

    Guess() = default;
    Guess(std::string_view key, Node *next) : next(next), size_(key.size()) {
      std::memcpy(words_, key.data(), key.size());
      std::memset(masks_, 0xff, key.size());
    }

    /// Compares three words under masks: a call of memcmp for some letters costs more. What lies
    /// behind a key in simdjson's buffer can be read: it is padded by 64 bytes.
    bool is(std::string_view key) const {
      if (key.size() != size_) return false;
      uint64_t words[3];
      std::memcpy(words, key.data(), sizeof words);
      return (((words[0] ^ words_[0]) & masks_[0]) | ((words[1] ^ words_[1]) & masks_[1]) |
              ((words[2] ^ words_[2]) & masks_[2])) == 0;
    }

    Node *next = nullptr;

   private:
    /// Of no key, as long as there is none.
    size_t size_ = SIZE_MAX;
    uint64_t words_[key_size_max / 8] = {};
    uint64_t masks_[key_size_max / 8] = {};
  };

  std::vector<std::pair<std::string, std::unique_ptr<Node>>> children;
  std::unique_ptr<Node> every;
  std::vector<Leaf> leaves;
  std::vector<Guess> guesses;
  /// The slot that one value goes to as it is, if that is all that happens here; most are so.
  uint32_t plain_slot = no_slot;
  static constexpr uint32_t no_slot = UINT32_MAX;

  void notePlainSlot() {
    const bool is_plain = leaves.size() == 1 && children.empty() && !every &&
                          leaves.front().aggregation == NHIP_AGGREGATE_NONE;
    plain_slot = is_plain ? leaves.front().slot : no_slot;
  }

  Node *child(std::string_view key) const {
    for (const auto &entry : children)
      if (entry.first == key) return entry.second.get();
    return nullptr;
  }

  /// The same for the field at a place of its object. Devices of a kind send their fields in one
  /// order, so what stood there before most often stands there again: one comparison, not many.
  Node *child(std::string_view key, size_t place) {
    if (place < guesses.size() && guesses[place].is(key)) return guesses[place].next;
    Node *next = child(key);
    if (place >= Guess::count_max || key.size() > Guess::key_size_max) return next;
    if (place >= guesses.size()) guesses.resize(place + 1);
    guesses[place] = Guess(key, next);
    return next;
  }
};

inline nhip_value valueOf(const dom::element &element) {
  nhip_value value{0, nullptr, 0, NHIP_VALUE_ABSENT};
  switch (element.type()) {
    case dom::element_type::INT64:
      value.bits = static_cast<uint64_t>(element.get_int64().value_unsafe());
      value.tag = NHIP_VALUE_INTEGER;
      break;
    case dom::element_type::UINT64:
      value.bits = element.get_uint64().value_unsafe();
      value.tag = NHIP_VALUE_UNSIGNED;
      break;
    case dom::element_type::DOUBLE: {
      const double number = element.get_double().value_unsafe();
      std::memcpy(&value.bits, &number, sizeof number);
      value.tag = NHIP_VALUE_NUMBER;
      break;
    }
    case dom::element_type::BOOL:
      value.bits = element.get_bool().value_unsafe() ? 1 : 0;
      value.tag = NHIP_VALUE_FLAG;
      break;
    case dom::element_type::STRING: {
      const std::string_view text = element.get_string().value_unsafe();
      value.text = text.data();
      value.text_size = static_cast<uint32_t>(text.size());
      value.tag = NHIP_VALUE_TEXT;
      break;
    }
    case dom::element_type::NULL_VALUE:
      break;
    default:
      value.tag = NHIP_VALUE_COMPOUND;
  }
  return value;
}

double numberOf(const nhip_value &value) {
  if (value.tag == NHIP_VALUE_NUMBER) {
    double number;
    std::memcpy(&number, &value.bits, sizeof number);
    return number;
  }
  if (value.tag == NHIP_VALUE_UNSIGNED) return static_cast<double>(value.bits);
  return static_cast<double>(static_cast<int64_t>(value.bits));
}

bool isNumber(const nhip_value &value) {
  return value.tag >= NHIP_VALUE_INTEGER && value.tag <= NHIP_VALUE_NUMBER;
}

/// A flag as the whole number 0 or 1, which is what its bits are already; others as they are.
nhip_value countable(nhip_value value) {
  if (value.tag == NHIP_VALUE_FLAG) value.tag = NHIP_VALUE_INTEGER;
  return value;
}

/// Decimal text as the number it spells; other text, and everything else, as it is.
nhip_value spelled(nhip_value value) {
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
[[gnu::noinline]] void fold(nhip_value &into, nhip_value value, int aggregation) {
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

void walk(Node &node, const dom::element &element, nhip_value *values, size_t slots) {
  for (const Node::Leaf &leaf : node.leaves) {
    if (leaf.slot >= slots) continue;
    if (leaf.aggregation == NHIP_AGGREGATE_NONE) {
      values[leaf.slot] = valueOf(element);
    } else {
      fold(values[leaf.slot], valueOf(element), leaf.aggregation);
    }
  }
  if (node.children.empty() && !node.every) return;
  dom::object object;
  if (element.get_object().get(object) == simdjson::SUCCESS) {
    size_t place = 0;
    for (const dom::key_value_pair field : object) {
      if (Node *next = node.child(field.key, place++)) {
        if (next->plain_slot < slots) {
          values[next->plain_slot] = valueOf(field.value);
        } else {
          walk(*next, field.value, values, slots);
        }
      }
      if (node.every) walk(*node.every, field.value, values, slots);
    }
    return;
  }
  dom::array array;
  if (element.get_array().get(array) != simdjson::SUCCESS) return;
  size_t index = 0;
  for (const dom::element item : array) {
    if (!node.children.empty())
      if (Node *next = node.child(std::to_string(index))) walk(*next, item, values, slots);
    if (node.every) walk(*node.every, item, values, slots);
    ++index;
  }
}

/// A segment of a JSON pointer with its escapes undone: `~1` is `/`, `~0` is `~` (RFC 6901).
std::string unescaped(const char *start, size_t size) {
  std::string segment;
  for (size_t index = 0; index < size; ++index) {
    if (start[index] == '~' && index + 1 < size && start[index + 1] <= '1') {
      segment += start[++index] == '1' ? '/' : '~';
    } else {
      segment += start[index];
    }
  }
  return segment;
}

int reason(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR: return NHIP_NOT_UTF8;
    case simdjson::DEPTH_ERROR: return NHIP_TOO_DEEP;
    case simdjson::MEMALLOC: return NHIP_OUT_OF_MEMORY;
    default: return NHIP_NOT_JSON;
  }
}

}  // namespace

struct nhip_decoder {
  dom::parser parser;
  Node root;
  dom::object latest;
  bool has_latest = false;
};

extern "C" {

nhip_decoder *nhip_decoder_create(void) { return new (std::nothrow) nhip_decoder; }

void nhip_decoder_destroy(nhip_decoder *decoder) { delete decoder; }

int nhip_decoder_add(nhip_decoder *decoder, const char *path, uint32_t slot, int aggregation) {
  if (path[0] != '/') return -1;
  Node *node = &decoder->root;
  const char *start = path + 1;
  while (true) {
    const char *end = std::strchr(start, '/');
    const size_t size = end ? static_cast<size_t>(end - start) : std::strlen(start);
    const std::string segment = unescaped(start, size);
    if (segment.empty()) return -1;
    if (segment == "*") {
      if (!node->every) node->every = std::make_unique<Node>();
      node->notePlainSlot();
      node = node->every.get();
    } else if (Node *known = node->child(segment)) {
      node = known;
    } else {
      node->children.emplace_back(segment, std::make_unique<Node>());
      node->notePlainSlot();
      node = node->children.back().second.get();
    }
    if (!end) break;
    start = end + 1;
  }
  node->leaves.push_back({slot, aggregation});
  node->notePlainSlot();
  return 0;
}

int nhip_decoder_decode(nhip_decoder *decoder, const uint8_t *json, size_t size,
                        nhip_value *values, size_t slots) {
  decoder->has_latest = false;
  dom::element root;
  // The caller's 64 readable bytes let simdjson parse in place (`realloc_if_needed` = false).
  const auto error = decoder->parser.parse(json, size, false).get(root);
  if (error) return reason(error);
  if (root.get_object().get(decoder->latest)) return NHIP_NOT_OBJECT;
  decoder->has_latest = true;
  std::memset(values, 0, slots * sizeof *values);
  walk(decoder->root, root, values, slots);
  return NHIP_DECODED;
}

void nhip_decoder_unknown_keys(nhip_decoder *decoder, void *context,
                               void (*visit)(void *, const char *, size_t)) {
  if (!decoder->has_latest) return;
  for (const dom::key_value_pair field : decoder->latest)
    if (!decoder->root.child(field.key)) visit(context, field.key.data(), field.key.size());
}

}  // extern "C"
