// MediaLoop: one thread that moves the packets of its legs.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "base/inbox.h"
#include "telephony/media/agent_socket.h"
#include "telephony/media/audio_path.h"
#include "telephony/media/dtls.h"
#include "telephony/media/loop_counters.h"
#include "telephony/media/media_plane.h"
#include "telephony/media/recorder.h"
#include "telephony/media/rtp_leg.h"
#include "telephony/media/webrtc_leg.h"

namespace carillon::media {

class MediaLoop;

// Orders from the facade, in its words; see media_plane.h. `leg` is in LoopCommand.
struct OpenRtpLeg {
  RtpSockets sockets;
};
struct OpenWebRtcLeg {};
struct SetRemote {
  RemoteMedia remote;
};
struct TakeOffer {
  RequestId request;
  std::string connection;
  sdp::WebRtcOffer offer;
};
struct JoinLegs {  ///< all of them, besides the command's `leg`
  std::vector<LegId> others;
};
struct DisconnectLeg {};
struct HoldLeg {
  bool on;
};
struct MuteLeg {
  bool on;
};
struct EchoLeg {
  bool on;
};
struct PlayPrompt {
  PromptPtr prompt;
  bool loop;
};
struct StopPrompt {};
struct SendDigits {
  std::string digits;
};
struct StartRecording {  ///< of a customer's leg
  uint32_t recording;
};
struct StopRecording {};
struct CloseLeg {};
struct SetHoldMusic {
  PromptPtr music;
};
// Moving a leg: the receiving loop expects it and parks orders for it until it is there.
struct GiveAway {
  MediaLoop* to;
};
struct Expect {};
struct Adopt {
  std::unique_ptr<RtpLeg> rtp_leg;
};
struct StopLoop {};

struct LoopCommand {
  LegId leg;
  std::variant<OpenRtpLeg, OpenWebRtcLeg, SetRemote, TakeOffer, JoinLegs, DisconnectLeg, HoldLeg,
               MuteLeg, EchoLeg, PlayPrompt, StopPrompt, SendDigits, StartRecording, StopRecording,
               CloseLeg, SetHoldMusic, GiveAway, Expect, Adopt, StopLoop>
      action;
};

/// Purpose: waits for packets (epoll), hands them to the AudioPath, and does what the facade asks.
/// In each round first the packets, then the orders, so that no leg goes while its packets are
/// being looked at.
/// Lifetime: owned by the MediaPlane; the destructor stops the thread and closes the legs. The
/// recorder, the DTLS context, the config and the sink outlive it.
class MediaLoop {
 public:
  MediaLoop(const MediaConfig& config, const DtlsContext& dtls,
            std::unique_ptr<AgentSocket> agent_socket, Recorder& recorder, FrameQueue& frames,
            const MediaSink& sink);
  ~MediaLoop();
  MediaLoop(const MediaLoop&) = delete;
  MediaLoop& operator=(const MediaLoop&) = delete;

  /// Begins the thread; once.
  void start();
  /// Closes the legs and joins the thread. All loops stop before the first of them is destroyed,
  /// as they hand legs to each other.
  void stop();
  /// Any thread.
  void push(LoopCommand command) { inbox_.push(std::move(command)); }
  const LoopCounters& counters() const { return counters_; }
  uint16_t agent_port() const { return agent_socket_->port(); }

 private:
  /// What an epoll event belongs to. `leg` is null for the loop's own descriptors.
  struct Watched {
    enum class Kind : uint8_t { kInbox, kAgents, kRtp, kRtcp } kind;
    RtpLeg* leg = nullptr;
  };
  struct RtpEntry {
    std::unique_ptr<RtpLeg> leg;
    Watched rtp;
    Watched rtcp;
    bool watched = false;
  };

  void run();
  void handle(const Watched& watched);
  void do_periodic_work();
  int wait_ms() const;
  void gather_packets();

  void read_agents();
  void read_stun(const AgentSocket::Datagram& datagram);
  void read_dtls(const AgentSocket::Datagram& datagram);
  void read_srtp(const AgentSocket::Datagram& datagram);
  bool read_rtp(RtpLeg& leg);
  void read_rtcp(RtpLeg& leg);
  void received_rtcp(Leg& leg, Bytes packet);

  void run_commands();
  void run_or_park(LoopCommand& command);
  void execute(LoopCommand& command);
  void open(LegId id, OpenRtpLeg& order);
  void set_remote(LegId id, const RemoteMedia& remote);
  void take_offer(LegId id, const TakeOffer& order);
  void join(Leg& leg, const std::vector<LegId>& others);
  void play(Leg& leg, const PlayPrompt& order);
  void start_recording(LegId customer, uint32_t recording);
  void stop_recording(Leg& leg, const std::string& error);
  void close(LegId id);
  void give_away(LegId id, MediaLoop& to);
  void adopt(LegId id, std::unique_ptr<RtpLeg> leg);

  Leg* find(LegId id);
  void count_legs();
  std::unique_ptr<RtpLeg> detach(LegId id);
  void watch(RtpEntry& entry);
  void advance(WebRtcLeg& leg);
  void map_ufrags(WebRtcLeg& leg);
  void unmap(WebRtcLeg& leg, const std::vector<SocketAddress>& addresses);
  void send_report(Leg& leg, bool bye);
  void check_leg(Leg& leg);
  template <class Visit>
  void for_each_leg(Visit visit);

  const MediaConfig& config_;
  const DtlsContext& dtls_;
  Recorder& recorder_;
  const MediaSink& sink_;
  LoopCounters counters_;
  AudioPath audio_;
  std::unique_ptr<AgentSocket> agent_socket_;
  Inbox<LoopCommand> inbox_;
  UniqueFd epoll_;
  Watched inbox_watch_{Watched::Kind::kInbox};
  Watched agents_watch_{Watched::Kind::kAgents};

  std::unordered_map<LegId, std::unique_ptr<RtpEntry>> rtp_legs_;
  std::unordered_map<LegId, std::unique_ptr<WebRtcLeg>> webrtc_legs_;
  std::unordered_map<std::string, WebRtcLeg*> by_ufrag_;
  std::unordered_map<SocketAddress, WebRtcLeg*> by_address_;

  std::unordered_set<LegId> expected_;
  std::vector<LoopCommand> parked_;
  std::vector<LoopCommand> commands_;

  size_t packets_this_round_ = 0;
  SteadyTime now_{};
  SteadyTime next_tick_{};
  SteadyTime next_check_{};
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace carillon::media
