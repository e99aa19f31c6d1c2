// ICE-lite (RFC 8445, 2.5): we have one candidate, answer the browser's checks, and follow its
// nomination.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "telephony/media/socket_address.h"
#include "telephony/media/stun.h"

namespace carillon::media {

struct IceCredentials {
  std::string ufrag;
  std::string pwd;
  /// 8 and 24 random characters (RFC 8839, 5.4 asks for 4 and 22).
  static IceCredentials random();
};

/// The ICE state of one browser's leg. Belongs to one media loop.
///
///   state       | event                            | what follows
///   no pair     | first valid check                | provisional peer, so that DTLS can begin
///   any         | check with USE-CANDIDATE         | its address is the peer
///   any         | restart (new remote ufrag)       | old credentials and addresses stay valid ...
///   restarting  | first nomination of the new ones | ... until here, and a few seconds more
///   any         | new connection                   | all addresses are forgotten
class IceLite {
 public:
  IceLite();

  const IceCredentials& local() const { return current_.local; }
  const std::string& remote_ufrag() const { return current_.remote_ufrag; }
  /// Local ufrags under which checks may arrive: the current one and, in a restart, the former.
  std::vector<std::string> local_ufrags() const;

  /// Applies an offer's ufrag. True when it is an ICE restart: local credentials are new then.
  bool set_remote(const std::string& ufrag);
  /// A new RTCPeerConnection: nothing of the former connection stays.
  void reset(const std::string& remote_ufrag);

  struct Verdict {
    bool valid = false;
    std::string_view password;  ///< signs the response
    bool address_is_new = false;
    bool peer_changed = false;
  };
  /// Judges a Binding request (username, integrity) and takes its consequences.
  Verdict checked(const stun::Message& request, const SocketAddress& from, SteadyTime now);

  /// Where our packets go; nullopt before the first check.
  std::optional<SocketAddress> peer() const { return peer_; }
  /// The latest proof that the browser still wants our packets (RFC 7675).
  std::optional<SteadyTime> last_check() const { return last_check_; }
  std::vector<SocketAddress> addresses() const;
  /// Drops addresses of before a restart, some seconds after the new nomination. Returns them.
  std::vector<SocketAddress> expire(SteadyTime now);

 private:
  struct Generation {
    IceCredentials local;
    std::string remote_ufrag;
  };
  struct Address {
    SocketAddress address;
    int generation = 0;
  };
  const Generation* generation_of(std::string_view username) const;

  Generation current_;
  std::optional<Generation> former_;
  int generation_ = 0;
  std::vector<Address> valid_;
  std::optional<SocketAddress> peer_;
  std::optional<SteadyTime> last_check_;
  std::optional<SteadyTime> renominated_at_;
};

}  // namespace carillon::media
