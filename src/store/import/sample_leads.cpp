#include "store/import/sample_leads.h"

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/assert.h"

namespace carillon::store {
namespace {

enum class Country { kUnitedStates, kUnitedKingdom, kGermany, kAustralia };

/// A town and its numbers: the prefix, then as many digits as `lines` has, less one.
struct Place {
  Country country;
  const char* prefix;
  int lines;
  const char* city;
  const char* state;
  const char* postal_code;
};

constexpr Place kPlaces[] = {
    {Country::kUnitedStates, "+121255501", 100, "New York", "NY", "10001"},
    {Country::kUnitedStates, "+161755501", 100, "Boston", "MA", "02108"},
    {Country::kUnitedStates, "+121555501", 100, "Philadelphia", "PA", "19103"},
    {Country::kUnitedStates, "+140455501", 100, "Atlanta", "GA", "30303"},
    {Country::kUnitedStates, "+130555501", 100, "Miami", "FL", "33130"},
    {Country::kUnitedStates, "+131255501", 100, "Chicago", "IL", "60601"},
    {Country::kUnitedStates, "+151255501", 100, "Austin", "TX", "78701"},
    {Country::kUnitedStates, "+171355501", 100, "Houston", "TX", "77002"},
    {Country::kUnitedStates, "+161255501", 100, "Minneapolis", "MN", "55401"},
    {Country::kUnitedStates, "+150455501", 100, "New Orleans", "LA", "70112"},
    {Country::kUnitedStates, "+130355501", 100, "Denver", "CO", "80202"},
    {Country::kUnitedStates, "+180155501", 100, "Salt Lake City", "UT", "84101"},
    {Country::kUnitedStates, "+120655501", 100, "Seattle", "WA", "98101"},
    {Country::kUnitedStates, "+141555501", 100, "San Francisco", "CA", "94103"},
    {Country::kUnitedStates, "+131055501", 100, "Los Angeles", "CA", "90067"},
    {Country::kUnitedStates, "+180855501", 100, "Honolulu", "HI", "96813"},
    {Country::kUnitedKingdom, "+442079460", 1000, "London", "", "EC1A 1BB"},
    {Country::kUnitedKingdom, "+441134960", 1000, "Leeds", "", "LS1 4DY"},
    {Country::kUnitedKingdom, "+441174960", 1000, "Bristol", "", "BS1 5TR"},
    {Country::kUnitedKingdom, "+441214960", 1000, "Birmingham", "", "B1 1BB"},
    {Country::kUnitedKingdom, "+441314960", 1000, "Edinburgh", "", "EH1 1YZ"},
    {Country::kUnitedKingdom, "+441614960", 1000, "Manchester", "", "M1 1AE"},
    {Country::kGermany, "+493023125", 1000, "Berlin", "Berlin", "10115"},
    {Country::kGermany, "+496990009", 1000, "Frankfurt am Main", "Hessen", "60311"},
    {Country::kGermany, "+494066969", 1000, "Hamburg", "Hamburg", "20095"},
    {Country::kGermany, "+492214710", 1000, "Köln", "Nordrhein-Westfalen", "50667"},
    {Country::kGermany, "+498999998", 1000, "München", "Bayern", "80331"},
    {Country::kAustralia, "+6125550", 10000, "Sydney", "NSW", "2000"},
    {Country::kAustralia, "+6127010", 10000, "Canberra", "ACT", "2601"},
    {Country::kAustralia, "+6135550", 10000, "Melbourne", "VIC", "3000"},
    {Country::kAustralia, "+6137010", 10000, "Geelong", "VIC", "3220"},
    {Country::kAustralia, "+6175550", 10000, "Brisbane", "QLD", "4000"},
};

struct FirstName {
  const char* name;
  const char* gender;
};

/// What is usual in a country.
struct Customs {
  Country country;
  const char* code;
  int share;  ///< of 100 leads
  std::array<FirstName, 12> first_names;
  std::array<const char*, 12> last_names;
  std::array<const char*, 6> streets;
  bool number_first;  ///< of the house, in the address
};

constexpr Customs kCustoms[] = {
    {Country::kUnitedStates,
     "US",
     36,
     {{{"Mary", "F"},
       {"James", "M"},
       {"Linda", "F"},
       {"Robert", "M"},
       {"Rosa", "F"},
       {"Michael", "M"},
       {"Karen", "F"},
       {"Luis", "M"},
       {"Ashley", "F"},
       {"Kevin", "M"},
       {"Mei", "F"},
       {"Samuel", "M"}}},
     {"Johnson", "Williams", "Garcia", "Miller", "Davis", "Lopez", "Nguyen", "O'Brien", "Carter",
      "Reyes", "Phillips", "Washington"},
     {"Oak Street", "Maple Avenue", "Park Road", "Cedar Lane", "Lake Drive", "Elm Street"},
     true},
    {Country::kUnitedKingdom,
     "GB",
     19,
     {{{"Olivia", "F"},
       {"Oliver", "M"},
       {"Amelia", "F"},
       {"Harry", "M"},
       {"Isla", "F"},
       {"George", "M"},
       {"Priya", "F"},
       {"Callum", "M"},
       {"Freya", "F"},
       {"Imran", "M"},
       {"Megan", "F"},
       {"Rhys", "M"}}},
     {"Smith", "Jones", "Taylor", "Brown", "Patel", "Evans", "Wilson", "Hughes", "MacDonald",
      "Khan", "Ashworth", "Bennett"},
     {"High Street", "Station Road", "Church Lane", "Victoria Road", "Mill Lane", "The Green"},
     true},
    {Country::kGermany,
     "DE",
     18,
     {{{"Anja", "F"},
       {"Jürgen", "M"},
       {"Sabine", "F"},
       {"Thomas", "M"},
       {"Katrin", "F"},
       {"Stefan", "M"},
       {"Ayşe", "F"},
       {"Florian", "M"},
       {"Heike", "F"},
       {"Mehmet", "M"},
       {"Julia", "F"},
       {"Björn", "M"}}},
     {"Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Yılmaz", "Wagner", "Becker", "Schäfer",
      "Koch", "Großmann", "Vogel"},
     {"Hauptstraße", "Bahnhofstraße", "Gartenweg", "Lindenallee", "Schulstraße", "Am Markt"},
     false},
    {Country::kAustralia,
     "AU",
     27,
     {{{"Charlotte", "F"},
       {"Jack", "M"},
       {"Matilda", "F"},
       {"Lachlan", "M"},
       {"Ruby", "F"},
       {"Cooper", "M"},
       {"Zoe", "F"},
       {"Angus", "M"},
       {"Thi", "F"},
       {"Riley", "M"},
       {"Georgia", "F"},
       {"Noah", "M"}}},
     {"Kelly", "Ryan", "Campbell", "Nguyen", "Murphy", "Anderson", "Stewart", "Papadopoulos",
      "Walsh", "Singh", "Fraser", "Doyle"},
     {"George Street", "King Street", "Beach Road", "Railway Parade", "Wattle Grove", "Hill Road"},
     true},
};

constexpr std::array kPlans{"Basic", "Family", "Family Plus", "Business"};
constexpr int kMostLeads = 4'000;

/// std::uniform_int_distribution differs between libraries; this does not.
int below(int limit, std::mt19937_64& random) {
  return static_cast<int>(random() % static_cast<uint64_t>(limit));
}

template <class Array>
const auto& pick(const Array& from, std::mt19937_64& random) {
  return from[static_cast<size_t>(below(static_cast<int>(std::size(from)), random))];
}

/// The part of an e-mail address: ASCII letters in lower case.
std::string address_part(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c >= 'a' && c <= 'z') out += c;
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

/// The n-th number of a country: its places take turns until their lines are used up.
struct Numbers {
  explicit Numbers(Country country) {
    for (const auto& place : kPlaces) {
      if (place.country == country) places.push_back(&place);
    }
  }
  std::pair<const Place*, std::string> next() {
    while (true) {
      const Place& place = *places[turn++ % places.size()];
      const int line = static_cast<int>((turn - 1) / places.size());
      CARILLON_ASSERT(line < 10'000, "there are only so many numbers for fiction");
      if (line >= place.lines) continue;
      const int digits = static_cast<int>(std::to_string(place.lines).size()) - 1;
      return {&place, fmt::format("{}{:0{}}", place.prefix, line, digits)};
    }
  }
  std::vector<const Place*> places;
  size_t turn = 0;
};

Lead make_lead(const Customs& customs, const Place& place, std::string phone, int number,
               std::mt19937_64& random) {
  Lead lead;
  const auto& first = pick(customs.first_names, random);
  lead.phone = std::move(phone);
  lead.first_name = first.name;
  lead.gender = first.gender;
  lead.last_name = pick(customs.last_names, random);
  const int house = 1 + below(180, random);
  const char* street = pick(customs.streets, random);
  lead.address1 = customs.number_first ? fmt::format("{} {}", house, street)
                                       : fmt::format("{} {}", street, house);
  lead.city = place.city;
  lead.state = place.state;
  lead.postal_code = place.postal_code;
  lead.country_code = customs.code;
  lead.date_of_birth = fmt::format("{}-{:02}-{:02}", 1945 + below(60, random),
                                   1 + below(12, random), 1 + below(28, random));
  // example.com is nobody's (RFC 2606).
  lead.email = fmt::format("{}.{}.{}@example.com", address_part(lead.first_name),
                           address_part(lead.last_name), number);
  lead.vendor_lead_code = fmt::format("S{:05}", number);
  lead.custom["plan"] = pick(kPlans, random);
  lead.custom["customer_since"] = std::to_string(2012 + below(13, random));
  return lead;
}

}  // namespace

std::vector<Lead> sample_leads(int count, uint64_t seed) {
  CARILLON_ASSERT(count >= 0 && count <= kMostLeads, "at most 4,000 sample leads");
  std::mt19937_64 random(seed);
  std::vector<Numbers> numbers;
  for (const auto& customs : kCustoms) numbers.emplace_back(customs.country);
  std::vector<Lead> leads;
  leads.reserve(static_cast<size_t>(count));
  // Honolulu and the Eastern states are in one list, so a country's share is spread over them; the
  // countries themselves are dealt out in a fixed pattern: any hundred leads have the right shares.
  for (int i = 0; i < count; ++i) {
    int place_in_hundred = i * 37 % 100;  // 37 and 100 have no common factor: each place once
    size_t c = 0;
    while (place_in_hundred >= kCustoms[c].share) place_in_hundred -= kCustoms[c++].share;
    auto [place, phone] = numbers[c].next();
    leads.push_back(make_lead(kCustoms[c], *place, std::move(phone), i + 1, random));
  }
  return leads;
}

}  // namespace carillon::store
