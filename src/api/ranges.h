// Byte ranges of HTTP (RFC 9110 section 14).
#pragma once

#include <cstdint>
#include <string_view>

namespace carillon::api {

struct ByteRange {
  bool partial = false;        ///< answer 206 with `first` and `length`
  bool unsatisfiable = false;  ///< answer 416
  uint64_t first = 0;
  uint64_t length = 0;
};

/// Reads a Range header for something of `size` bytes. Absent, malformed, of another unit or with
/// more than one range: the whole, as the RFC allows.
ByteRange parse_range(std::string_view header, uint64_t size);

}  // namespace carillon::api
