// TrunkSet: the carriers that we may call, their addresses, and whether they are up.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/messages/calls.h"
#include "telephony/sip/call.h"
#include "telephony/sip/event_loop.h"
#include "telephony/sip/resolver.h"
#include "telephony/sip/socket_filter.h"
#include "telephony/sip/user_agent.h"

namespace carillon::telephony::sip {

/// Purpose: knows the trunks and their numeric addresses, pings them with OPTIONS, opens the
/// socket for them and for nobody else.
/// Owner: the SIP thread. Lifetime: within the UserAgent's.
///
/// A trunk is up when its host has an address and, with OPTIONS ping, when the last ping was
/// answered (by whatever response but 408 and 503). Every change is reported once.
class TrunkSet {
 public:
  using StateSink = std::function<void(TrunkStateChanged)>;

  /// `look_up` asks for the addresses of a host; on_resolved() brings them.
  TrunkSet(EventLoop& loop, UserAgent& agent, Duration resolve_interval,
           std::function<void(const std::string&)> look_up, StateSink report);
  ~TrunkSet();

  /// Replaces the set. Addresses of calls under way stay open until those calls end.
  void set(const std::vector<Trunk>& trunks);
  void on_resolved(const Resolution& resolution);

  /// Fills in where and how to call `number` over a trunk. kNotFound: no such trunk;
  /// kUnavailable: it has no address now or is switched off; kInvalid: the number or the caller
  /// id has characters that no telephone number has. `address` is to be held while the call is up.
  struct Way {
    CallSpec spec;  ///< all but sdp, ring_timeout and session_interval
    uint32_t address = 0;
    std::vector<std::string> codecs;
  };
  Result<Way> way_to(TrunkId trunk, const std::string& number, const std::string& caller_id) const;

  /// While at least one hold is on it, an address may send to us even if no trunk has it any more.
  void hold_address(uint32_t address);
  void release_address(uint32_t address);

  /// A call could not reach the trunk: its next address is tried from now on.
  void suspect(TrunkId trunk, uint32_t address);

 private:
  struct Line;
  void resolve(Line& line);
  void resolve_all();
  void took_addresses(Line& line, std::vector<uint32_t> addresses);
  void report(Line& line, bool up, std::string reason);
  void open_gate();
  void allow_what_calls_need();

  EventLoop& loop_;
  UserAgent& agent_;
  Duration resolve_interval_;
  std::function<void(const std::string&)> look_up_;
  StateSink report_;
  std::map<TrunkId, std::unique_ptr<Line>> lines_;
  std::map<uint32_t, int> held_;
  std::vector<Network> gate_;
  Deadline next_resolve_;
};

}  // namespace carillon::telephony::sip
