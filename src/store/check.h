// Check: the rules that an input must keep, collected into one sentence.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace carillon::store {

/// Remembers the first rule that is broken.
class Check {
 public:
  Check& that(bool holds, const std::string& field, const std::string& sentence);
  /// Not empty, at most `most` bytes, no line breaks or other control characters.
  Check& name(const std::string& value, const std::string& field, size_t most = 200);
  /// At most `most` bytes; may be empty.
  Check& text(const std::string& value, const std::string& field, size_t most = 1000);
  Check& range(double value, double least, double most, const std::string& field,
               const std::string& what);
  /// Digits with an optional + in front; may be empty.
  Check& phone_like(const std::string& value, const std::string& field, const std::string& what);
  Check& codecs(const std::vector<std::string>& codecs);

  Result<void> result() const;

 private:
  Result<void> broken_;
};

/// + and 7 to 15 digits, the first not 0 (ITU-T E.164).
bool is_e164(const std::string& phone);

}  // namespace carillon::store
