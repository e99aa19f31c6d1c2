// guess_columns(): what the columns of a file probably are.
#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>

#include "store/import/lead_fields.h"

namespace carillon::store {
namespace {

/// Headings as people write them, without case, spaces and punctuation, and the field they mean.
struct Heading {
  const char* field;
  const char* names;  ///< separated by a space, the surest first
};

constexpr Heading kHeadings[] = {
    {"phone",
     "phone phonenumber telephone telephonenumber telefon telefonnummer rufnummer phone1 tel "
     "telnr mobile mobilephone mobilenumber mobil mobilnummer handy handynummer cell cellphone "
     "contactnumber number nummer dialnumber msisdn festnetz primaryphone homephone"},
    {"alternative_phone",
     "altphone alternativephone alternatephone phone2 secondphone secondaryphone telefon2 "
     "zweitnummer workphone businessphone"},
    {"status", "status leadstatus"},
    {"title", "title anrede titel salutation"},
    {"first_name", "firstname vorname givenname forename fname first"},
    {"middle_initial", "middleinitial middlename initial mi zweitervorname"},
    {"last_name", "lastname nachname surname familyname familienname lname last name"},
    {"gender", "gender sex geschlecht"},
    {"date_of_birth", "dateofbirth dob birthdate birthday geburtsdatum geburtstag"},
    {"business",
     "business company companyname firma firmenname unternehmen organisation "
     "organization"},
    {"address1",
     "address1 address street streetaddress addressline1 adresse strasse straße "
     "anschrift adresse1"},
    {"address2", "address2 addressline2 adresszusatz adresse2"},
    {"address3", "address3 addressline3 adresse3"},
    {"city", "city town ort stadt wohnort"},
    {"state", "state bundesland region"},
    {"province", "province county provinz kanton"},
    {"postal_code", "postalcode zip zipcode postcode plz postleitzahl"},
    {"country_code", "countrycode country land ländercode laendercode staat"},
    {"phone_code", "phonecode dialcode countrycallingcode vorwahl ländervorwahl"},
    {"email", "email emailaddress mail emailadresse"},
    {"comments",
     "comments comment notes note remarks bemerkung bemerkungen kommentar notiz "
     "notizen anmerkung"},
    {"vendor_lead_code",
     "vendorleadcode vendorid vendorleadid externalid customerid "
     "kundennummer leadid"},
    {"source_id", "sourceid source quelle"},
    {"owner", "owner besitzer betreuer accountowner"},
    {"priority", "priority rank priorität prioritaet"},
    {"security_phrase", "securityphrase security codewort kennwort"},
    {"time_zone", "timezone tz zeitzone gmtoffset"},
    {"not_call_until", "notcalluntil callafter nichtanrufenvor nextcall callbackat"},
};

/// Lower case without spaces and punctuation; the German umlauts are folded too.
std::string simplified(std::string_view heading) {
  std::string out;
  for (size_t i = 0; i < heading.size(); ++i) {
    const char c = heading[i];
    if (c >= 'A' && c <= 'Z') {
      out.push_back(static_cast<char>(c - 'A' + 'a'));
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out.push_back(c);
    } else if (c & 0x80) {
      const auto two = heading.substr(i, 2);
      out.append(two == "Ä" ? "ä" : two == "Ö" ? "ö" : two == "Ü" ? "ü" : two);
      ++i;
    }
  }
  return out;
}

struct Meaning {
  const char* field;
  int rank;  ///< 0: the surest name of the field
};

const std::unordered_map<std::string, Meaning>& meanings() {
  static const auto kAll = [] {
    std::unordered_map<std::string, Meaning> map;
    for (const auto& [field, names] : kHeadings) {
      int rank = 0;
      for (std::string_view rest = names; !rest.empty();) {
        const auto end = rest.find(' ');
        map.emplace(rest.substr(0, end), Meaning{field, rank++});
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
      }
    }
    return map;
  }();
  return kAll;
}

bool looks_like_phone(std::string_view cell) {
  const auto digits =
      std::count_if(cell.begin(), cell.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits >= 7 && digits <= 15 &&
         cell.find_first_not_of("0123456789+ ()-./'") == std::string_view::npos;
}

bool looks_like_email(std::string_view cell) {
  const auto at = cell.find('@');
  return at != std::string_view::npos && at > 0 && cell.find('.', at) != std::string_view::npos &&
         cell.find(' ') == std::string_view::npos;
}

std::map<int, std::string> map_heading(const std::vector<std::string>& heading) {
  // Of two columns that claim one field, the one with the surer name gets it.
  std::map<std::string, std::pair<int, int>> best;  // field -> rank, column
  for (size_t i = 0; i < heading.size(); ++i) {
    const auto found = meanings().find(simplified(heading[i]));
    if (found == meanings().end()) continue;
    const std::pair claim{found->second.rank, static_cast<int>(i)};
    const auto [place, added] = best.emplace(found->second.field, claim);
    if (!added) place->second = std::min(place->second, claim);
  }
  std::map<int, std::string> mapping;
  for (const auto& [field, claim] : best) mapping[claim.second] = field;
  return mapping;
}

/// The first column in which most of the cells of rows from `first` on look so.
template <class Test>
int find_column(const std::vector<std::vector<std::string>>& rows, size_t first, Test looks) {
  std::map<size_t, int> hits;
  for (size_t r = first; r < rows.size(); ++r) {
    for (size_t c = 0; c < rows[r].size(); ++c) hits[c] += looks(rows[r][c]);
  }
  const int needed = static_cast<int>((rows.size() - first + 1) / 2);
  for (const auto& [column, count] : hits) {
    if (count >= std::max(needed, 1)) return static_cast<int>(column);
  }
  return -1;
}

}  // namespace

ColumnGuess guess_columns(const std::vector<std::vector<std::string>>& rows) {
  ColumnGuess guess;
  if (rows.empty()) return guess;
  const auto& first = rows.front();
  guess.mapping = map_heading(first);
  const bool has_data = std::any_of(first.begin(), first.end(), [](const std::string& cell) {
    return looks_like_phone(cell) || looks_like_email(cell);
  });
  guess.has_heading = !guess.mapping.empty() && !has_data;
  if (!guess.has_heading) guess.mapping.clear();

  std::set<std::string_view> known;
  for (const auto& [column, field] : guess.mapping) known.insert(field);
  const size_t from = guess.has_heading ? 1 : 0;
  const auto add = [&](const char* field, int column) {
    if (column >= 0 && !known.contains(field)) guess.mapping.emplace(column, field);
  };
  add("phone", find_column(rows, from, looks_like_phone));
  add("email", find_column(rows, from, looks_like_email));
  return guess;
}

}  // namespace carillon::store
