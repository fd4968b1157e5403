// SPDX-License-Identifier: Apache-2.0
// P4, the peers in C++: the same records through boost::lockfree::spsc_queue or, built with
// -DRIGTORP, rigtorp::SPSCQueue. `queues RECORDS single|batch` prints the same line as ours.
#include <pthread.h>
#include <sched.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

struct Record {
  uint64_t words[32];
};
static constexpr size_t slots = 4096, batch_records = 64;

#ifdef RIGTORP
#include <rigtorp/SPSCQueue.h>
using Queue = rigtorp::SPSCQueue<Record>;
#else
#include <boost/lockfree/spsc_queue.hpp>
using Queue = boost::lockfree::spsc_queue<Record>;
#endif

static void pin(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

static uint64_t sum_of(uint64_t sum, const Record &record) {
  return sum * 31 + record.words[0] + record.words[8] + record.words[16] + record.words[24];
}

static uint64_t consume(Queue &queue, size_t records, bool batches) {
  uint64_t sum = 0;
#ifdef RIGTORP
  // It has no batches; its consumer looks at the other end only when it runs out.
  (void)batches;
  for (size_t left = records; left > 0;) {
    if (const Record *record = queue.front()) {
      sum = sum_of(sum, *record);
      queue.pop();
      left -= 1;
    }
  }
#else
  auto add = [&sum](const Record &record) { sum = sum_of(sum, record); };
  for (size_t left = records; left > 0;) {
    left -= batches ? queue.consume_all(add) : size_t(queue.consume_one(add));
  }
#endif
  return sum;
}

static void produce(Queue &queue, size_t records, bool batches) {
  // Numbered before, see RingBenchmark.swift.
  static std::array<Record, batch_records> source;
  for (size_t place = 0; place < batch_records; place++) {
    for (auto &word : source[place].words) word = 7;
    source[place].words[0] = place;
  }
#ifdef RIGTORP
  (void)batches;
  for (size_t number = 0; number < records; number++) queue.push(source[number % batch_records]);
#else
  for (size_t number = 0; number < records;) {
    if (!batches) {
      number += queue.push(source[number % batch_records]);
      continue;
    }
    size_t count = std::min(batch_records, records - number);
    for (size_t sent = 0; sent < count;) sent += queue.push(&source[sent], count - sent);
    number += count;
  }
#endif
}

int main(int count, char **arguments) {
  if (count != 3) return 64;
  size_t records = std::strtoull(arguments[1], nullptr, 10);
  bool batches = std::strcmp(arguments[2], "batch") == 0;
  auto queue = std::make_unique<Queue>(slots);
  std::atomic<bool> ready{false};
  uint64_t sum = 0;
  std::thread consumer([&] {
    pin(1);
    ready.store(true);
    sum = consume(*queue, records, batches);
  });
  pin(0);
  while (!ready.load()) sched_yield();
  auto start = std::chrono::steady_clock::now();
  produce(*queue, records, batches);
  consumer.join();
  std::chrono::duration<double> length = std::chrono::steady_clock::now() - start;
  std::printf("%.3f %llu -\n", double(records) / length.count() / 1e6, (unsigned long long)sum);
}
