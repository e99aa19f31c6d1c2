#include <gtest/gtest.h>

#include "api/json_records.h"

namespace carillon::api {
namespace {

Json json(const char* text) {
  auto parsed = parse_json(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed ? *parsed : Json();
}

template <class Read>
Error error_of(Read read) {
  const Result<void> result = read();
  EXPECT_FALSE(result.ok());
  return result ? Error{} : result.error();
}

TEST(ParseJson, RefusesWhatIsNoJson) {
  for (const char* text : {"", "{", "[1,]", "{\"a\":}", "nul", "{\"a\":1}x", "\xff", "{\"\xc3\":1}",
                           "{'a':1}", "01", "\"\\u12\""}) {
    EXPECT_FALSE(parse_json(text).ok()) << text;
  }
}

TEST(ParseJson, LimitsDepthAndSize) {
  EXPECT_TRUE(parse_json(std::string(16, '[') + std::string(16, ']')).ok());
  EXPECT_FALSE(parse_json(std::string(17, '[') + std::string(17, ']')).ok());
  EXPECT_TRUE(parse_json("\"" + std::string(100, '[') + "\"").ok());  // inside a text
  const auto large = parse_json("\"" + std::string(kJsonLimit, 'a') + "\"");
  ASSERT_FALSE(large.ok());
  EXPECT_EQ(large.error().code, ErrorCode::kTooLarge);
}

TEST(ParseJson, RefusesAMemberGivenTwice) {
  const auto twice = parse_json(R"({"a":{"b":1,"b":2}})");
  ASSERT_FALSE(twice.ok());
  EXPECT_EQ(twice.error().field, "b");
  EXPECT_TRUE(parse_json(R"([{"b":1},{"b":2}])").ok());
}

TEST(ObjectReader, UnknownFieldIsRefusedByName) {
  Script script;
  const auto error =
      error_of([&] { return read_script(json(R"({"name":"a","colour":"red"})"), true, script); });
  EXPECT_EQ(error.field, "colour");
  EXPECT_EQ(error.code, ErrorCode::kInvalid);
  EXPECT_NE(error.message.find("colour"), std::string::npos);
}

TEST(ObjectReader, MissingFieldIsNamed) {
  Campaign campaign;
  const auto error =
      error_of([&] { return read_campaign(json(R"({"name":"a"})"), true, campaign); });
  EXPECT_EQ(error.field, "type");
}

TEST(ObjectReader, WrongTypesAreRefused) {
  for (const char* text : {R"({"name":1})",
                           R"({"name":null})",
                           R"({"active":"true"})",
                           R"({"active":1})",
                           R"({"channels":1.5})",
                           R"({"channels":"7"})",
                           R"({"channels":99999999999999999999})",
                           R"({"cps":"1"})",
                           R"({"trunk_ids":1})",
                           R"({"trunk_ids":[0]})",
                           R"({"trunk_ids":["1"]})",
                           R"({"script_id":0})",
                           R"({"script_id":-1})",
                           R"({"type":"loud"})",
                           R"({"type":7})",
                           R"({"source_statuses":[""]})",
                           R"({"dispositions":[]})",
                           R"({"dispositions":[{"name":"A"},{"name":"A"}]})",
                           R"({"dispositions":[{"name":"A","final":1}]})",
                           R"({"retry_rules":[{"outcome":"busy"}]})",
                           R"([])",
                           R"("name")",
                           R"(7)"}) {
    Campaign campaign;
    EXPECT_FALSE(read_campaign(json(text), false, campaign).ok()) << text;
  }
}

TEST(ObjectReader, RangesAreInclusive) {
  Campaign campaign;
  EXPECT_TRUE(
      read_campaign(json(R"({"ring_timeout_ms":15000,"channels":1})"), false, campaign).ok());
  EXPECT_TRUE(read_campaign(json(R"({"ring_timeout_ms":120000})"), false, campaign).ok());
  EXPECT_FALSE(read_campaign(json(R"({"ring_timeout_ms":14999})"), false, campaign).ok());
  EXPECT_FALSE(read_campaign(json(R"({"ring_timeout_ms":120001})"), false, campaign).ok());
  EXPECT_EQ(campaign.channels, 1);
  EXPECT_EQ(campaign.ring_timeout_ms, 120'000);
}

TEST(ObjectReader, NestedProblemsNameTheirPath) {
  Campaign campaign;
  const auto error = error_of([&] {
    return read_campaign(json(R"({"dispositions":[{"name":"A"},{"name":"B","sail":true}]})"), false,
                         campaign);
  });
  EXPECT_EQ(error.field, "dispositions[1].sail");
}

TEST(ObjectReader, ControlCharactersAreRefused) {
  Script script;
  EXPECT_FALSE(read_script(json(R"({"name":"a\u0000b"})"), false, script).ok());
  EXPECT_FALSE(read_script(json(R"({"name":"a\nb"})"), false, script).ok());
  EXPECT_TRUE(read_script(json(R"({"body":"a\nb"})"), false, script).ok());
}

TEST(Records, PatchChangesOnlyWhatIsPresent) {
  Campaign campaign;
  campaign.name = "before";
  campaign.caller_id = "+12025550100";
  campaign.script = ScriptId{4};
  ASSERT_TRUE(read_campaign(json(R"({"active":true,"script_id":null})"), false, campaign).ok());
  EXPECT_EQ(campaign.name, "before");
  EXPECT_EQ(campaign.caller_id, "+12025550100");
  EXPECT_TRUE(campaign.active);
  EXPECT_FALSE(campaign.script);
}

TEST(Records, CampaignSurvivesTheRoundTrip) {
  Campaign campaign;
  campaign.id = CampaignId{9};
  campaign.name = "Spring";
  campaign.type = DialerType::kPreview;
  campaign.trunks = {TrunkId{2}, TrunkId{1}};
  campaign.agents = {UserId{5}};
  campaign.source_statuses = {"New", "Ready"};
  campaign.outbound_multiplier = 2.5;
  auto text = to_json(campaign);
  text.erase("id");
  Campaign copy;
  ASSERT_TRUE(read_campaign(text, true, copy).ok());
  copy.id = campaign.id;
  EXPECT_EQ(to_json(copy), to_json(campaign));
}

TEST(Records, SecretsAreNeverShown) {
  Trunk trunk;
  trunk.password = "secret-word";
  EXPECT_EQ(to_text(to_json(trunk)).find("secret-word"), std::string::npos);
  EXPECT_EQ(to_json(trunk)["has_password"], true);
  store::Token token;
  token.token_hash = "hash-of-it";
  EXPECT_EQ(to_text(to_json(token)).find("hash-of-it"), std::string::npos);
}

TEST(Records, AgentsChangeContactFieldsOnly) {
  Lead lead;
  EXPECT_TRUE(
      read_lead(json(R"({"first_name":"Ann","custom":{"Plan":"B"}})"), false, true, lead).ok());
  EXPECT_FALSE(read_lead(json(R"({"priority":5})"), false, true, lead).ok());
  EXPECT_FALSE(read_lead(json(R"({"status":"Ready"})"), false, true, lead).ok());
  EXPECT_TRUE(read_lead(json(R"({"status":"Ready","priority":5})"), false, false, lead).ok());
  EXPECT_EQ(lead.custom.at("Plan"), "B");
}

TEST(Records, ShortPasswordGetsASentence) {
  User user;
  UserSecrets secrets;
  const auto error = error_of([&] {
    return read_user(json(R"({"username":"a","name":"A","role":"agent","password":"short"})"), true,
                     user, secrets);
  });
  EXPECT_EQ(error.field, "password");
  EXPECT_NE(error.message.find("at least 10 characters"), std::string::npos);
}

TEST(Records, ImportMappingIsChecked) {
  store::ImportSpec spec;
  EXPECT_TRUE(
      read_import(json(R"({"upload_id":"x","mapping":{"0":"phone","3":"custom:Plan"}})"), spec)
          .ok());
  EXPECT_EQ(spec.mapping.at(3), "custom:Plan");
  for (const char* mapping : {R"({"a":"phone"})", R"({"-1":"phone"})", R"({"0":7})", R"({"0":""})",
                              R"({"0":"phone","00":"status"})", R"({"99999999999":"phone"})"}) {
    store::ImportSpec other;
    const auto text = std::string(R"({"upload_id":"x","mapping":)") + mapping + "}";
    EXPECT_FALSE(read_import(json(text.c_str()), other).ok()) << mapping;
  }
}

TEST(ToText, ReplacesWhatIsNoUtf8) {
  Attempt attempt;
  attempt.sip_reason = "Occup\xe9";
  EXPECT_NE(to_text(to_json(attempt)).find("Occup\xef\xbf\xbd"), std::string::npos);
}

}  // namespace
}  // namespace carillon::api
