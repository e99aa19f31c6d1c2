#include "store/import/zones.h"

#include <algorithm>
#include <set>

#include <date/tz.h>

#include "store/import/zone_table.h"

namespace carillon::store {
namespace {

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = text.find(' ');
    parts.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return parts;
}

ZoneListIndex find_prefix(uint32_t prefix) {
  const auto* end = zone_table::kEntries + zone_table::kEntryCount;
  const auto* found =
      std::lower_bound(zone_table::kEntries, end, prefix,
                       [](const zone_table::Entry& e, uint32_t p) { return e.prefix < p; });
  return found != end && found->prefix == prefix ? found->list : -1;
}

}  // namespace

ZoneListIndex zone_list_of(const PhoneNumber& number) {
  const std::string_view digits = std::string_view(number.e164).substr(1);
  const size_t country_digits = std::to_string(number.country_calling_code).size();
  const size_t most = number.geographical ? zone_table::kLongestPrefix : country_digits;
  uint32_t prefixes[16] = {};
  size_t count = 0;
  uint32_t prefix = 0;
  for (size_t i = 0; i < std::min({digits.size(), most, std::size(prefixes)}); ++i) {
    prefix = prefix * 10 + static_cast<uint32_t>(digits[i] - '0');
    prefixes[count++] = prefix;
  }
  while (count > 0) {
    const ZoneListIndex list = find_prefix(prefixes[--count]);
    if (list >= 0) return list;
  }
  return 0;
}

int zone_list_count() { return static_cast<int>(zone_table::kListCount); }

const std::vector<std::string>& zones_of(ZoneListIndex list) {
  static const auto kLists = [] {
    std::vector<std::vector<std::string>> all;
    for (size_t i = 0; i < zone_table::kListCount; ++i) {
      all.push_back(split(zone_table::kLists[i]));
    }
    return all;
  }();
  return kLists.at(static_cast<size_t>(list));
}

bool is_time_zone(std::string_view name) {
  static const auto kNames = [] {
    std::set<std::string, std::less<>> all;
    const auto& database = date::get_tzdb();
    for (const auto& zone : database.zones) all.insert(zone.name());
    return all;
  }();
  return kNames.contains(name);
}

}  // namespace carillon::store
