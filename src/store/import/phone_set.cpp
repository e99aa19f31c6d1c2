#include "store/import/phone_set.h"

namespace carillon::store {
namespace {

constexpr size_t kFirstSize = 1 << 12;

/// E.164 has at most 15 digits, so that every number has its own integer (a leading 1 keeps zeros).
uint64_t integer_of(std::string_view e164) {
  uint64_t number = 1;
  for (const char c : e164) {
    if (c >= '0' && c <= '9') number = number * 10 + static_cast<uint64_t>(c - '0');
  }
  return number;
}

/// Fibonacci hashing: numbers that follow each other must not lie side by side.
size_t place_of(uint64_t number, size_t size) {
  return static_cast<size_t>((number * 0x9E3779B97F4A7C15) >> 20) & (size - 1);
}

}  // namespace

PhoneSet::PhoneSet(size_t most) : most_(most), table_(kFirstSize) {}

bool PhoneSet::add(std::string_view e164) {
  if (2 * (count_ + 1) > table_.size()) grow();
  if (!put(table_, integer_of(e164))) return false;
  if (++count_ > most_) overflowed_ = true;
  return true;
}

void PhoneSet::forget_if_full() {
  if (!overflowed_) return;
  count_ = 0;
  table_.assign(kFirstSize, 0);
}

void PhoneSet::grow() {
  std::vector<uint64_t> larger(table_.size() * 2);
  for (const uint64_t number : table_) {
    if (number != 0) put(larger, number);
  }
  table_ = std::move(larger);
}

bool PhoneSet::put(std::vector<uint64_t>& table, uint64_t number) {
  for (size_t at = place_of(number, table.size());; at = (at + 1) & (table.size() - 1)) {
    if (table[at] == number) return false;
    if (table[at] == 0) {
      table[at] = number;
      return true;
    }
  }
}

}  // namespace carillon::store
