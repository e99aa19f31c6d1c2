#include "store/recovery.h"

#include <fmt/format.h>

#include "store/commands.h"
#include "store/reader.h"
#include "store/table.h"

namespace carillon::store {
namespace {

constexpr const char* kServerStopped = "The server stopped.";
constexpr const char* kInterrupted = "The server stopped during this call.";
/// Ids of attempts fit JSON's whole numbers (2^53): 13 bits of node, 40 bits of attempt.
constexpr int kNodeShift = 40;

void end_attempt(Database& db, AttemptId attempt, LeadId lead, bool disposed, WallTime now) {
  db.execute(
      "UPDATE attempts SET outcome = ?, ended_at = ?, ended_by = 'system', sip_reason = ? "
      "WHERE id = ?",
      {encode(Outcome::kError), to_unix_ms(now), std::string(kInterrupted), attempt.value});
  add_attempt_event(db, attempt, now, "interrupted", kInterrupted);
  Assignments row;
  row.add("last_outcome", encode(Outcome::kError));
  row.add("reserved_by", std::string());
  row.add("reserved_until", int64_t{0});
  // A disposition was acknowledged: what it says about the lead stands.
  if (!disposed) {
    row.add("finished", int64_t{1});
    row.add("callback_due", int64_t{0});
  }
  update(db, "leads", std::move(row), lead.value);
}

int64_t highest_id(Database& db, const std::string& table, int64_t number) {
  const int64_t first = number << kNodeShift;
  const int64_t highest =
      db.number(fmt::format("SELECT max(id) FROM {} WHERE id >= ? AND id < ?", table),
                {first, (number + 1) << kNodeShift});
  return std::max(first, highest);
}

std::vector<CampaignDay> read_today(Database& db, const std::string& node, WallTime day_began) {
  std::vector<CampaignDay> today;
  // No call lasts longer than a day: the older ones are passed over by the index.
  for (const auto& row : db.query(
           "SELECT campaign_id, sum(CASE WHEN outcome = ? THEN 1 ELSE 0 END), sum(CASE WHEN "
           "outcome = ? THEN 1 ELSE 0 END) FROM attempts WHERE started_at >= ? AND ended_at >= ? "
           "AND node = ? GROUP BY campaign_id",
           {encode(Outcome::kAnswered), encode(Outcome::kDropped), to_unix_ms(day_began - 24h),
            to_unix_ms(day_began), node})) {
    today.push_back({CampaignId{to_number<int64_t>(row[0])}, to_number<int64_t>(row[1]),
                     to_number<int64_t>(row[2])});
  }
  return today;
}

}  // namespace

int64_t recover_node(Database& db, const std::string& node, WallTime now, const Outbox& outbox,
                     Effects& effects) {
  const auto open = db.query(
      "SELECT id, lead_id, disposition FROM attempts WHERE ended_at = 0 AND node = ? ORDER BY id",
      {node});
  for (const auto& row : open) {
    end_attempt(db, AttemptId{to_number<int64_t>(row[0])}, LeadId{to_number<int64_t>(row[1])},
                !row[2].empty(), now);
    outbox.call(db, webhook_events::kCallEnded, AttemptId{to_number<int64_t>(row[0])}, now,
                effects);
  }
  db.execute(
      "UPDATE leads SET reserved_by = '', reserved_until = 0 WHERE reserved_by = ? AND "
      "reserved_until > 0",
      {node});
  const auto sessions = db.query(
      "UPDATE agent_sessions SET ended_at = ?, end_reason = ? WHERE ended_at = 0 AND node = ? "
      "RETURNING id",
      {to_unix_ms(now), std::string(kServerStopped), node});
  for (const auto& row : sessions) {
    outbox.agent_state(
        db, {AgentSessionId{to_number<int64_t>(row[0])}, kLoggedOut, kServerStopped, now}, effects);
  }
  return static_cast<int64_t>(open.size());
}

int64_t node_number(Database& db, const std::string& node) {
  const auto rows = db.query("SELECT number FROM nodes WHERE name = ?", {node});
  if (!rows.empty()) return to_number<int64_t>(rows.front().front());
  return db.number(
      "INSERT INTO nodes (name, number) SELECT ?, coalesce(max(number) + 1, 0) FROM nodes "
      "RETURNING number",
      {node});
}

Result<StoreReady> read_ready(Database& db, const std::string& node, WallTime day_began) {
  return guarded([&]() -> Result<StoreReady> {
    Reader reader(db);
    StoreReady ready;
    const int64_t number = node_number(db, node);
    ready.last_attempt = AttemptId{highest_id(db, "attempts", number)};
    ready.last_agent_session = AgentSessionId{highest_id(db, "agent_sessions", number)};
    auto campaigns = reader.all_campaigns();
    if (!campaigns) return campaigns.error();
    auto trunks = reader.trunks_to_call_by();
    if (!trunks) return trunks.error();
    auto zone_sets = reader.zone_sets();
    if (!zone_sets) return zone_sets.error();
    auto agents = reader.active_people();
    if (!agents) return agents.error();
    ready.campaigns = std::move(*campaigns);
    ready.trunks = std::move(*trunks);
    ready.zone_sets = std::move(*zone_sets);
    ready.agents = std::move(*agents);
    ready.today = read_today(db, node, day_began);
    return ready;
  });
}

}  // namespace carillon::store
