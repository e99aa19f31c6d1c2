// Sample data: people who do not exist, at numbers that nobody has.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/messages/records.h"

namespace carillon::server {

/// `count` leads with different numbers, at most 2,400. The numbers are 555-0100 to 555-0199 in
/// real area codes, which the North American Numbering Plan keeps for fiction (ATIS-0300115).
/// The same seed gives the same people.
std::vector<Lead> sample_leads(int count, uint64_t seed);

/// The leads as a CSV file with a heading, as a customer would upload it.
std::string to_csv(const std::vector<Lead>& leads);

/// A script that uses the leads' fields.
Script sample_script();

}  // namespace carillon::server
