// TrunkLine: what the core knows about one trunk: its limits, its use, its health.
#pragma once

#include <deque>
#include <string>

#include "core/messages/live.h"
#include "core/messages/records.h"
#include "core/pacing.h"

namespace carillon::core {

/// One trunk in use. A trunk counts as up until telephony says otherwise. After some calls in a row
/// that it could not take, or refused for what may be the trunk's fault, it rests a while, so that
/// a broken trunk does not eat the leads. After a rest the next such call is enough for another.
/// Campaigns that wait for its next start stand in line and take turns.
/// Owned by the World; it stays while calls are on it, also when the trunk was removed.
class TrunkLine {
 public:
  explicit TrunkLine(Trunk trunk);

  void change(Trunk trunk);
  void remove() { removed_ = true; }
  void set_up(bool up, std::string reason);

  const Trunk& trunk() const { return trunk_; }
  bool removed() const { return removed_; }
  bool up() const { return up_; }
  int calls() const { return calls_; }
  bool full() const { return calls_ >= trunk_.channels; }
  /// Whether it can take calls at all; full() and the rate are other questions.
  bool usable(SteadyTime now) const {
    return !removed_ && trunk_.active && up_ && now >= rest_until_;
  }
  /// Why it is not usable(), for a person; empty when it is.
  std::string why_not(SteadyTime now) const;

  /// Whether `campaign` may place a call now; if not, it stands in line from here on.
  bool take_turn(CampaignId campaign, SteadyTime now);
  /// Leaves the line, wherever it stood.
  void leave_line(CampaignId campaign);
  /// Who is next, and the id 0 when nobody waits.
  CampaignId next_in_line() const { return line_.empty() ? CampaignId{} : line_.front(); }
  SteadyTime next_start(SteadyTime now) const { return starts_.next(now); }

  void take_channel() { ++calls_; }
  void free_channel();
  /// A call that it could not take. True when it rests from now on, until rest_until().
  bool failed(const std::string& reason, SteadyTime now);
  /// A call that was refused before anything rang; the number may be to blame, or the trunk.
  bool refused(const std::string& reason, SteadyTime now);
  /// A call that was answered in a way that cannot be used. Ringing says nothing about the next.
  bool answered_badly(const std::string& reason, SteadyTime now);
  /// Whether the last calls make it likely that the trunk is to blame, not the numbers.
  bool in_doubt() const { return failures_in_a_row_ > 1 || bad_answers_in_a_row_ > 1; }
  /// A call that reached somebody's network.
  void worked();
  /// A call that was answered and can be heard.
  void worked_to_the_end();
  void rest_over() { resting_ = false; }
  SteadyTime rest_until() const { return rest_until_; }

  TrunkLive live() const;

  /// The figures that were last shown to people, and when.
  bool publish_wanted = false;
  SteadyTime published_at{};

 private:
  bool note(int& in_a_row, const std::string& reason, SteadyTime now, Duration rest);
  void forget_failures();

  Trunk trunk_;
  bool removed_ = false;
  bool up_ = true;
  std::string reason_;
  int calls_ = 0;
  TokenBucket starts_;
  std::deque<CampaignId> line_;
  int failures_in_a_row_ = 0;
  int bad_answers_in_a_row_ = 0;
  bool resting_ = false;
  SteadyTime rest_until_{};
};

}  // namespace carillon::core
