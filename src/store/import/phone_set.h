// PhoneSet: the numbers that an import has met, to find those that come twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace carillon::store {

/// Numbers as integers in a table with open addressing: 16 to 32 bytes each. One thread.
class PhoneSet {
 public:
  /// `most`: numbers that are kept. Above it the set forgets them at each forget_if_full().
  explicit PhoneSet(size_t most = 3'000'000);

  /// Adds an E.164 number; false when it is in already.
  bool add(std::string_view e164);
  /// False once there were too many: then the database has to be asked for the earlier ones.
  bool knows_all() const { return !overflowed_; }
  /// Makes room when there were too many, so that at least those added from now on are known.
  void forget_if_full();

 private:
  void grow();
  static bool put(std::vector<uint64_t>& table, uint64_t number);

  const size_t most_;
  size_t count_ = 0;
  bool overflowed_ = false;
  std::vector<uint64_t> table_;  ///< 0: free; a power of two long, at most half full
};

}  // namespace carillon::store
