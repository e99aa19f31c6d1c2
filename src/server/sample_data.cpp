#include "server/sample_data.h"

#include <algorithm>
#include <array>
#include <random>

#include <fmt/format.h>

#include "base/assert.h"

namespace carillon::server {
namespace {

struct Place {
  const char* area_code;
  const char* city;
  const char* state;
  const char* postal_code;
};

constexpr std::array<Place, 24> kPlaces{{
    {"202", "Washington", "DC", "20001"},     {"212", "New York", "NY", "10001"},
    {"215", "Philadelphia", "PA", "19103"},   {"216", "Cleveland", "OH", "44113"},
    {"303", "Denver", "CO", "80202"},         {"305", "Miami", "FL", "33130"},
    {"312", "Chicago", "IL", "60601"},        {"313", "Detroit", "MI", "48226"},
    {"314", "Saint Louis", "MO", "63101"},    {"404", "Atlanta", "GA", "30303"},
    {"412", "Pittsburgh", "PA", "15222"},     {"414", "Milwaukee", "WI", "53202"},
    {"415", "San Francisco", "CA", "94103"},  {"503", "Portland", "OR", "97201"},
    {"504", "New Orleans", "LA", "70112"},    {"512", "Austin", "TX", "78701"},
    {"602", "Phoenix", "AZ", "85004"},        {"612", "Minneapolis", "MN", "55401"},
    {"615", "Nashville", "TN", "37201"},      {"617", "Boston", "MA", "02108"},
    {"702", "Las Vegas", "NV", "89101"},      {"713", "Houston", "TX", "77002"},
    {"801", "Salt Lake City", "UT", "84101"}, {"206", "Seattle", "WA", "98101"},
}};

struct FirstName {
  const char* name;
  const char* gender;
};
constexpr std::array<FirstName, 32> kFirstNames{{
    {"Mary", "F"},    {"James", "M"},  {"Linda", "F"},  {"Robert", "M"}, {"Susan", "F"},
    {"Michael", "M"}, {"Karen", "F"},  {"David", "M"},  {"Nancy", "F"},  {"Daniel", "M"},
    {"Lisa", "F"},    {"Paul", "M"},   {"Sandra", "F"}, {"Mark", "M"},   {"Ashley", "F"},
    {"George", "M"},  {"Emily", "F"},  {"Kevin", "M"},  {"Donna", "F"},  {"Brian", "M"},
    {"Carol", "F"},   {"Edward", "M"}, {"Amanda", "F"}, {"Jason", "M"},  {"Rosa", "F"},
    {"Luis", "M"},    {"Mei", "F"},    {"Omar", "M"},   {"Priya", "F"},  {"Igor", "M"},
    {"Fatima", "F"},  {"Samuel", "M"},
}};
constexpr std::array kLastNames{
    "Smith",  "Johnson", "Williams", "Brown",  "Jones",   "Garcia",  "Miller", "Davis",
    "Martin", "Lopez",   "Wilson",   "Moore",  "Taylor",  "Thomas",  "White",  "Harris",
    "Clark",  "Lewis",   "Young",    "Walker", "Hall",    "Allen",   "King",   "Wright",
    "Scott",  "Nguyen",  "Hill",     "Green",  "Adams",   "Baker",   "Nelson", "Carter",
    "Reyes",  "Turner",  "Phillips", "Evans",  "Edwards", "Collins", "Murphy", "O'Brien"};
constexpr std::array kStreets{"Oak Street",    "Maple Avenue", "Second Street", "Park Road",
                              "Cedar Lane",    "Lake Drive",   "Hill Street",   "River Road",
                              "Church Street", "Elm Street"};
constexpr std::array kPlans{"Basic", "Family", "Family Plus", "Business"};

/// std::uniform_int_distribution differs between libraries; this does not.
template <class Array>
const auto& pick(const Array& from, std::mt19937_64& random) {
  return from[random() % from.size()];
}

Lead make_lead(const Place& place, int line, std::mt19937_64& random) {
  Lead lead;
  const auto& first = pick(kFirstNames, random);
  lead.phone = fmt::format("+1{}55501{:02}", place.area_code, line);
  lead.status = "New";
  lead.first_name = first.name;
  lead.gender = first.gender;
  lead.last_name = pick(kLastNames, random);
  lead.address1 = fmt::format("{} {}", 1 + random() % 900, pick(kStreets, random));
  lead.city = place.city;
  lead.state = place.state;
  lead.postal_code = place.postal_code;
  lead.country_code = "US";
  lead.email = fmt::format("{}.{}{}@example.com", lead.first_name, lead.last_name, line);
  std::erase(lead.email, '\'');
  std::ranges::transform(lead.email, lead.email.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  });
  lead.custom["plan"] = pick(kPlans, random);
  lead.custom["customer_since"] = std::to_string(2012 + random() % 13);
  return lead;
}

std::string quoted(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string text = "\"";
  for (const char c : cell) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + "\"";
}

}  // namespace

std::vector<Lead> sample_leads(int count, uint64_t seed) {
  CARILLON_ASSERT(count >= 0 && count <= static_cast<int>(kPlaces.size()) * 100,
                  "there are only so many numbers for fiction");
  std::mt19937_64 random(seed);
  std::vector<Lead> leads;
  for (int i = 0; i < count; ++i) {
    const auto& place = kPlaces[static_cast<size_t>(i) % kPlaces.size()];
    leads.push_back(make_lead(place, i / static_cast<int>(kPlaces.size()), random));
  }
  return leads;
}

std::string to_csv(const std::vector<Lead>& leads) {
  std::string text =
      "Phone,First name,Last name,Gender,Address,City,State,Postal code,Country,E-mail,Status,Plan,"
      "Customer since\r\n";
  for (const auto& lead : leads) {
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n", lead.phone,
                        quoted(lead.first_name), quoted(lead.last_name), lead.gender,
                        quoted(lead.address1), quoted(lead.city), lead.state, lead.postal_code,
                        lead.country_code, lead.email, lead.status, lead.custom.at("plan"),
                        lead.custom.at("customer_since"));
  }
  return text;
}

Script sample_script() {
  Script script;
  script.name = "Upgrade offer";
  script.body =
      "<h3>Greeting</h3><p>Good day, am I speaking with <strong>{{first_name}} "
      "{{last_name}}</strong>? This is Northwind Telecom.</p>"
      "<h3>Reason</h3><p>You have been with us since {{customer_since}} on the "
      "<strong>{{plan}}</strong> plan. For homes in {{city}} there is now a faster connection at "
      "the "
      "same price for the first year.</p>"
      "<h3>Question</h3><ul><li>How many people use the connection at home?</li><li>Is it fast "
      "enough "
      "for you today?</li></ul>"
      "<h3>Close</h3><p>May I switch you over, or shall I call again at a better time?</p>";
  return script;
}

}  // namespace carillon::server
