// Peers for tests and benchmarks: the far ends of audio legs, over real sockets on 127.0.0.1.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/unique_fd.h"
#include "telephony/media/bytes.h"
#include "telephony/media/remote_media.h"
#include "telephony/media/rtp_packet.h"
#include "telephony/media/socket_address.h"
#include "telephony/media/telephone_event.h"
#include "telephony/media/testing/tone.h"

namespace carillon::media::testing {

/// What a peer saw of the stream that it received.
struct StreamView {
  uint64_t packets = 0;
  uint64_t sequence_gaps = 0;  ///< numbers missing or out of order
  uint64_t timestamp_steps_back = 0;
  uint64_t markers = 0;
  std::set<uint32_t> ssrcs;
  std::set<uint8_t> payload_types;
  std::string digits;  ///< one for each event
  uint64_t comfort_noise = 0;
  std::vector<float> delays_ms;  ///< of stamped packets
};

/// Plays a tone in 20 ms frames and listens. Subclasses bring the transport.
/// Any thread may call the public functions; a PeerThread drives it.
class Peer {
 public:
  explicit Peer(double hertz, Codec codec = Codec::kPcmu);
  virtual ~Peer() = default;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  virtual std::vector<int> descriptors() const = 0;
  /// PeerThread: `fd` is readable.
  void readable(int fd);
  /// PeerThread: each 20 ms.
  void tick();

  void set_playing(bool on);
  /// Every packet's first 8 payload bytes carry the time of sending, for measurements of delay.
  void set_stamped(bool on);
  void set_codec(Codec codec);
  /// Loses each n-th packet, swaps each m-th with its successor; 0: none.
  void set_disorder(int lose_every, int swap_every);
  void set_dtmf_payload_type(int type);
  void press(char digit);
  /// One comfort-noise packet in the stream.
  void send_comfort_noise();

  bool hears(double hertz) const;
  bool hears_silence() const;
  double share(double hertz) const;
  void forget();  ///< empties meter and view
  StreamView view() const;
  uint64_t sent() const;
  uint32_t ssrc() const { return ssrc_; }
  void restart_stream();  ///< new SSRC, sequence and timestamp

 protected:
  virtual void on_readable(int fd) = 0;
  /// Once each 20 ms, before a frame is sent.
  virtual void on_tick() {}
  virtual bool can_send() const = 0;
  /// kSrtpTailRoom is free behind the packet.
  virtual void transmit(uint8_t* packet, size_t size) = 0;
  /// A decrypted RTP packet came.
  void heard(Bytes packet);
  mutable std::mutex mutex_;

 private:
  void send_frame();
  void send_event(const EventPacket& packet);
  void send_or_disorder(const uint8_t* packet, size_t size);

  ToneSource tone_;
  Codec codec_;
  bool playing_ = true;
  bool stamped_ = false;
  int lose_every_ = 0;
  int swap_every_ = 0;
  std::vector<uint8_t> held_back_;
  int dtmf_payload_type_ = 101;
  TelephoneEventSender digits_;
  uint32_t ssrc_;
  uint16_t sequence_ = 1;
  uint32_t timestamp_ = 1000;
  uint64_t sent_ = 0;

  ToneMeter meter_;
  StreamView view_;
  std::optional<RtpHeader> last_;
  TelephoneEventReceiver events_;
};

/// Runs any number of peers on one thread: epoll and a tick each 20 ms, spread over the interval.
class PeerThread {
 public:
  PeerThread();
  ~PeerThread();
  PeerThread(const PeerThread&) = delete;
  PeerThread& operator=(const PeerThread&) = delete;
  /// The peer outlives the thread or is removed.
  void add(Peer& peer);
  void remove(Peer& peer);

 private:
  struct Entry {
    Peer* peer;
    int fd;
  };
  void run();
  UniqueFd epoll_;
  std::mutex mutex_;
  std::vector<Peer*> peers_;
  std::vector<std::unique_ptr<Entry>> entries_;
  bool stopping_ = false;
  std::thread thread_;
};

/// A UDP socket on 127.0.0.1, port 0: any.
UniqueFd open_loopback_socket();
SocketAddress address_of(int fd);

/// A carrier's or a desk phone's end.
class RtpPeer final : public Peer {
 public:
  explicit RtpPeer(double hertz, Codec codec = Codec::kPcmu);
  std::vector<int> descriptors() const override { return {rtp_.get(), rtcp_.get()}; }
  /// What the SDP of this peer would say.
  RemoteMedia remote() const;
  void send_to(const RtpEndpoint& endpoint);
  /// Raw bytes from the RTP or RTCP socket.
  void send_raw(Bytes datagram);
  void send_rtcp(Bytes datagram);
  std::vector<RtcpSummary> reports() const;

 private:
  void on_readable(int fd) override;
  bool can_send() const override { return target_.has_value(); }
  void transmit(uint8_t* packet, size_t size) override;
  UniqueFd rtp_;
  UniqueFd rtcp_;
  Codec codec_;
  std::optional<SocketAddress> target_;
  SocketAddress rtcp_target_;
  std::vector<RtcpSummary> reports_;
};

}  // namespace carillon::media::testing
