// Sample data: a campaign to try out, with agents and people to call.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/messages/records.h"
#include "store/import/sample_leads.h"
#include "store/writer.h"

namespace carillon::store {

/// A script with placeholders for the leads' fields.
Script sample_script();

struct SampleOptions {
  int leads = 1'000;
  uint64_t seed = 1;
  int sandbox_port = 5080;  ///< the sandbox carrier listens there on 127.0.0.1
  /// argon2id of a password, as the sign-in checks it.
  std::function<Result<std::string>(const std::string& password)> hash_password;
};

struct SampleSignIn {
  std::string username;
  std::string password;  ///< random, known nowhere else: print it
};

struct SampleData {
  CampaignId campaign;
  LeadsetId leadset;
  TrunkId trunk;
  std::vector<SampleSignIn> agents;  ///< anna, ben, chloe
};

/// Makes the campaign "Spring offer" (inactive, with the lawful default call window), its script, a
/// trunk to the sandbox, three agents and a leadset with the leads, all in the one change that
/// `writer` belongs to. kConflict when a name is taken: the data is there already.
Result<SampleData> add_sample_data(Writer& writer, const SampleOptions& options);

}  // namespace carillon::store
