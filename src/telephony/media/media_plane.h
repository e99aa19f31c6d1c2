// The media plane: all audio of Carillon, behind one facade.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "telephony/media/remote_media.h"

namespace carillon::media {

struct MediaConfig {
  std::string bind_address = "0.0.0.0";  ///< numeric IPv4 that sockets are bound to
  std::string public_address;            ///< numeric IPv4 for SDP; empty: `bind_address`
  uint16_t rtp_port_min = 20000;         ///< plain RTP legs: an even port and the odd one above it
  uint16_t rtp_port_max = 39999;
  uint16_t agent_port_first = 7100;  ///< loop i takes browsers on this port + i; 0: any free port
  int loops = 1;                     ///< media threads; one for each CPU is sensible
  std::filesystem::path recordings;
  std::filesystem::path prompts;          ///< WAV files; defaults are made here when missing
  Duration media_timeout = 30s;           ///< silence of a peer before MediaTimeout
  Duration consent_timeout = 10s;         ///< no STUN check from a browser before LineDown
  Duration report_interval = 5s;          ///< RTCP sender and receiver reports
  size_t recording_queue_frames = 65536;  ///< per loop; full: the recording fails, audio goes on
};

// ---------------------------------------------------------------------------------- events

/// The answer to MediaPlane::offer(): `sdp` to be given to the browser, or `error` (a sentence).
struct OfferAnswered {
  LegId leg;
  RequestId request;
  std::string sdp;
  std::string error;
};
/// The browser's leg carries audio: ICE nominated, DTLS done. Also after each LineDown that healed.
struct LineUp {
  LegId leg;
};
/// The browser's leg broke. It may come back by itself (LineUp) or with a new offer.
struct LineDown {
  LegId leg;
  std::string reason;  ///< a sentence
};
/// A key was pressed by the peer of `leg` (RFC 4733 or in-band). One event per key press.
struct Digit {
  LegId leg;
  char digit = '0';
};
/// The first valid RTP packet of the negotiated peer, once per leg.
struct FirstPacket {
  LegId leg;
};
/// Neither RTP nor RTCP came from the peer of a plain RTP leg for this long. Once per silence.
struct MediaTimeout {
  LegId leg;
  Duration silent_for{};
};
/// A prompt was played to its end or could not be played (`error`). None after stop() or close().
struct PlaybackDone {
  LegId leg;
  std::string prompt;
  std::string error;
};
/// The last word on a recording. What was written until something failed is kept: a file stands
/// under its final name if `duration` is not 0.
struct RecordingFinished {
  AttemptId attempt;
  std::string file;  ///< as given to start_recording()
  Duration duration{};
  std::string error;         ///< empty: all of it is there
  bool disk_failed = false;  ///< it failed or was too slow; else there was nothing to record
};

using MediaEvent = std::variant<OfferAnswered, LineUp, LineDown, Digit, FirstPacket, MediaTimeout,
                                PlaybackDone, RecordingFinished>;
/// Called from media threads: must return at once (push into an inbox).
using MediaSink = std::function<void(MediaEvent)>;

/// Totals since start, for /metrics and tests.
struct MediaCounters {
  uint64_t legs = 0;               ///< open now
  uint64_t packets_in = 0;         ///< valid RTP from negotiated peers
  uint64_t packets_out = 0;        ///< RTP sent
  uint64_t packets_lost = 0;       ///< RTP that peers sent and we never saw (RFC 3550, A.3)
  uint64_t dropped_stranger = 0;   ///< from an address that is not the negotiated peer
  uint64_t dropped_malformed = 0;  ///< not valid RTP or RTCP
  uint64_t dropped_srtp = 0;       ///< authentication failed or replayed
  uint64_t dropped_stun = 0;       ///< malformed, unknown or unauthenticated checks
  uint64_t send_failures = 0;      ///< the kernel refused a packet
  uint64_t recordings_failed = 0;  ///< the disk failed or was too slow
};

// ---------------------------------------------------------------------------------- facade

/// Purpose: opens, bridges, plays to and records audio legs. A leg is either plain RTP (carriers,
/// desk phones) or WebRTC (browsers); any two can be connected.
/// Threads: every function may be called from any thread and returns at once; commands for one leg
/// take effect in the order of the calls. Work happens on `loops` media threads and one thread for
/// files. Commands for legs that are not open are ignored (a close may cross them).
/// Lifetime: the destructor ends recordings (files are completed), closes legs, joins the threads;
/// the sink is not called afterwards.
class MediaPlane {
 public:
  static Result<std::unique_ptr<MediaPlane>> start(MediaConfig config, MediaSink sink);
  ~MediaPlane();
  MediaPlane(const MediaPlane&) = delete;
  MediaPlane& operator=(const MediaPlane&) = delete;

  /// Binds RTP (even) and RTCP (odd) at once. kUnavailable: no ports are left.
  Result<RtpEndpoint> open_rtp_leg(LegId leg);
  /// The negotiated peer, also after a re-INVITE. Before it a leg neither sends nor listens.
  void set_remote(LegId leg, RemoteMedia remote);

  /// A leg that waits for the browser's first offer.
  void open_webrtc_leg(LegId leg);
  /// The browser's SDP; OfferAnswered follows. `connection` names the RTCPeerConnection: a new one
  /// gets new DTLS; the leg and whoever is connected to it stay.
  void offer(LegId leg, RequestId request, std::string connection, const std::string& sdp);

  /// All of `legs`, two or more, hear each other from the next packet, and nobody else: two are
  /// switched together, more are mixed. Plain RTP legs move to the loop of a browser among them; a
  /// browser of another loop is linked by a pair of legs of our own. Former connections are undone.
  void join(const std::vector<LegId>& legs);
  void connect(LegId agent, LegId customer) { join({agent, customer}); }
  /// Takes the leg off whomever it is connected to; both then hear silence.
  void disconnect(LegId leg);
  /// On: the customer hears music and the agent silence; nothing of either is recorded.
  void hold(LegId customer, bool on);
  /// On: whoever is connected to the agent hears silence instead of the agent.
  void mute(LegId agent, bool on);
  /// On: the leg, which is not joined to anybody, hears itself a second later. Ends with any
  /// join(), disconnect() or close().
  void echo(LegId leg, bool on);

  /// Plays `prompt` (file name below the prompts folder) to the peer of `leg`, before anything
  /// else that it would hear. A new prompt replaces the former. PlaybackDone at its end; with
  /// `loop` it goes on until stop_playing().
  void play(LegId leg, const std::string& prompt, bool loop);
  /// The same once with what `text` sounds like, or with `prompt` when it cannot be spoken.
  void say(LegId leg, const std::string& text, const std::string& prompt);
  void stop_playing(LegId leg);
  /// 0-9 * # A-D. As RFC 4733 events where negotiated, else as tones. Others are ignored.
  void send_digits(LegId leg, std::string digits);

  /// Records what the customer's leg hears and says: stereo WAV, 8 kHz, agent left, customer right.
  /// It goes on with whomever the customer is connected to, until stop_recording() or close(); a
  /// second start for the same attempt is passed over. `file`: relative to the recordings folder.
  /// RecordingFinished follows in any case.
  void start_recording(AttemptId attempt, LegId customer, std::string file);
  void stop_recording(AttemptId attempt);

  /// Ends the leg: RTCP BYE or DTLS close, sockets closed, its connection and recording ended.
  void close(LegId leg);

  MediaCounters counters() const;
  /// UDP port of the loop that takes browsers (for the firewall page and tests).
  uint16_t agent_port(int loop) const;

 private:
  class Implementation;
  explicit MediaPlane(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace carillon::media
