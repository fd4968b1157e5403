// SPDX-License-Identifier: Apache-2.0
#include "CSimdJSON.h"

#include <simdjson.h>

#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "Values.h"

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

void walk(Node &node, const dom::element &element, nhip_value *values, size_t slots) {
  for (const Node::Leaf &leaf : node.leaves) {
    if (leaf.slot >= slots) continue;
    if (leaf.aggregation == NHIP_AGGREGATE_NONE) {
      values[leaf.slot] = nhip::valueOf(element);
    } else {
      nhip::fold(values[leaf.slot], nhip::valueOf(element), leaf.aggregation);
    }
  }
  if (node.children.empty() && !node.every) return;
  dom::object object;
  if (element.get_object().get(object) == simdjson::SUCCESS) {
    size_t place = 0;
    for (const dom::key_value_pair field : object) {
      if (Node *next = node.child(field.key, place++)) {
        if (next->plain_slot < slots) {
          values[next->plain_slot] = nhip::valueOf(field.value);
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

int nhip_decoder_list(nhip_decoder *decoder, const char *key, void *context,
                      int (*visit)(void *, const nhip_value *)) {
  if (!decoder->has_latest) return 0;
  // The last of several fields of one name counts, as it does for single values.
  dom::element list;
  bool is_there = false;
  for (const dom::key_value_pair field : decoder->latest)
    if (field.key == key) {
      list = field.value;
      is_there = true;
    }
  if (!is_there || list.is_null()) return 0;
  dom::array array;
  if (list.get_array().get(array) != simdjson::SUCCESS) return -1;
  for (const dom::element item : array) {
    const nhip_value value = nhip::valueOf(item);
    if (visit(context, &value) != 0) break;
  }
  return 0;
}

}  // extern "C"
