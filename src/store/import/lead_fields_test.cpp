#include "store/import/lead_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace carillon::store {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(LeadFields, EveryNameCanBeSet) {
  for (const auto& name : lead_field_names()) {
    const auto column = LeadColumn::find(name);
    ASSERT_TRUE(column.ok()) << name;
    Lead lead;
    const bool time = name == "not_call_until";
    EXPECT_TRUE(column->set(lead, time ? "2026-03-01" : "1").ok()) << name;
  }
  EXPECT_FALSE(LeadColumn::find("shoe_size").ok());
  EXPECT_FALSE(LeadColumn::find("custom:").ok());
}

TEST(LeadFields, Values) {
  Lead lead;
  EXPECT_TRUE(LeadColumn::find("last_name")->set(lead, "Müller").ok());
  EXPECT_EQ(lead.last_name, "Müller");
  EXPECT_TRUE(LeadColumn::find("custom:Shoe size")->set(lead, "43").ok());
  EXPECT_THAT(lead.custom, UnorderedElementsAre(Pair("Shoe size", "43")));
  EXPECT_TRUE(LeadColumn::find("priority")->set(lead, "-5").ok());
  EXPECT_EQ(lead.priority, -5);
  EXPECT_FALSE(LeadColumn::find("priority")->set(lead, "high").ok());
  EXPECT_FALSE(LeadColumn::find("priority")->set(lead, "99999999999999999999").ok());
  EXPECT_FALSE(LeadColumn::find("city")->set(lead, std::string(5000, 'x')).ok());
}

TEST(LeadFields, Times) {
  EXPECT_EQ(to_unix_ms(*parse_file_time("2026-03-01")), 1772323200000);
  EXPECT_EQ(to_unix_ms(*parse_file_time("2026-03-01 14:30")), 1772375400000);
  EXPECT_EQ(to_unix_ms(*parse_file_time("2026-03-01T14:30:05Z")), 1772375405000);
  EXPECT_EQ(to_unix_ms(*parse_file_time("1772323200")), 1772323200000);
  EXPECT_EQ(to_unix_ms(*parse_file_time("1772323200000")), 1772323200000);
  for (const char* wrong : {"", "x", "2026", "2026-13-01", "2026-02-30", "2026-03-01 24:00",
                            "2026-03-01 14:30 pm", "01.03.2026"}) {
    EXPECT_FALSE(parse_file_time(wrong)) << wrong;
  }
}

TEST(ColumnGuess, EnglishHeading) {
  const auto guess = guess_columns({{"First Name", "SURNAME", "Phone Number", "E-Mail", "ZIP", "?"},
                                    {"Ann", "Lee", "+12125550123", "a@example.com", "10001", ""}});
  EXPECT_TRUE(guess.has_heading);
  EXPECT_THAT(guess.mapping,
              UnorderedElementsAre(Pair(0, "first_name"), Pair(1, "last_name"), Pair(2, "phone"),
                                   Pair(3, "email"), Pair(4, "postal_code")));
}

TEST(ColumnGuess, GermanHeading) {
  const auto guess =
      guess_columns({{"Anrede", "Vorname", "Nachname", "Straße", "PLZ", "Ort", "Telefon"}});
  EXPECT_TRUE(guess.has_heading);
  EXPECT_THAT(guess.mapping,
              UnorderedElementsAre(Pair(0, "title"), Pair(1, "first_name"), Pair(2, "last_name"),
                                   Pair(3, "address1"), Pair(4, "postal_code"), Pair(5, "city"),
                                   Pair(6, "phone")));
}

TEST(ColumnGuess, VicidialHeading) {
  const auto guess = guess_columns({{"vendor_lead_code", "source_id", "list_id", "phone_code",
                                     "phone_number", "title", "alt_phone", "rank", "owner"}});
  EXPECT_THAT(guess.mapping, UnorderedElementsAre(Pair(0, "vendor_lead_code"), Pair(1, "source_id"),
                                                  Pair(3, "phone_code"), Pair(4, "phone"),
                                                  Pair(5, "title"), Pair(6, "alternative_phone"),
                                                  Pair(7, "priority"), Pair(8, "owner")));
}

TEST(ColumnGuess, TheSurestNameGetsTheField) {
  const auto guess = guess_columns({{"Mobile", "Phone"}, {"+12125550124", "+12125550123"}});
  EXPECT_THAT(guess.mapping, UnorderedElementsAre(Pair(1, "phone")));
}

TEST(ColumnGuess, WithoutHeadingTheCellsTell) {
  const auto guess = guess_columns(
      {{"Ann", "a@example.com", "(212) 555-0123"}, {"Ben", "b@example.com", "212.555.0124"}});
  EXPECT_FALSE(guess.has_heading);
  EXPECT_THAT(guess.mapping, UnorderedElementsAre(Pair(1, "email"), Pair(2, "phone")));
}

TEST(ColumnGuess, NothingToTellBy) {
  EXPECT_THAT(guess_columns({}).mapping, IsEmpty());
  EXPECT_THAT(guess_columns({{"x", "y"}}).mapping, IsEmpty());
}

}  // namespace
}  // namespace carillon::store
