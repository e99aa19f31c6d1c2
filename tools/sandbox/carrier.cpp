#include "sandbox/carrier.h"

#include <cstring>
#include <future>
#include <map>
#include <set>
#include <thread>
#include <unordered_map>

#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/ports.h"
#include "base/unique_fd.h"
#include "sandbox/digest.h"

namespace carillon::sandbox {
namespace {
class SipLoop;
struct Call;
}  // namespace
}  // namespace carillon::sandbox

#define NUA_MAGIC_T ::carillon::sandbox::SipLoop
#define NUA_HMAGIC_T ::carillon::sandbox::Call
#define SU_ROOT_MAGIC_T ::carillon::sandbox::SipLoop
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <sofia-sip/nta_tag.h>
#include <sofia-sip/nua.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/tport_tag.h>

namespace carillon::sandbox {
namespace {

struct HandleDeleter {
  void operator()(nua_handle_t* handle) const { nua_handle_destroy(handle); }
};
using Handle = std::unique_ptr<nua_handle_t, HandleDeleter>;

/// One call as the customer's side sees it.
///
///   kNew ------ plan due (200) --> kAnswered -- talk over --> kEnding (we sent BYE)
///   kNew ------ plan due (else) -> gone         BYE -------> gone
///   kNew ------ CANCEL ----------> gone
struct Call {
  enum class State { kNew, kAnswered, kEnding };

  uint64_t id = 0;
  Handle handle;
  State state = State::kNew;
  std::string number;
  Behaviour plan;
  std::optional<AudioOffer> remote;
  StreamId stream = 0;
  uint16_t rtp_port = 0;
  unsigned sdp_version = 1;
};

enum class Due { kRing, kAct, kPress, kHangUp };

class SipLoop final : public Carrier {
 public:
  SipLoop(const SandboxConfig& config, std::vector<Rule> rules, Ledger ledger,
          const PhraseBook& phrases, RtpPlayer& player)
      : config_(config),
        rules_(std::move(rules)),
        ledger_(std::move(ledger)),
        phrases_(phrases),
        player_(player),
        gate_(config.username, config.password, config.realm),
        stop_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {}
  ~SipLoop() override {
    if (!thread_.joinable()) return;
    const uint64_t one = 1;
    [[maybe_unused]] const auto n = ::write(stop_.get(), &one, sizeof one);
    thread_.join();
  }

  bool start() {
    std::promise<bool> started;
    auto result = started.get_future();
    thread_ = std::thread([this, &started] { run(started); });
    return result.get();
  }

  int port() const override { return port_; }
  const CarrierCounters& counters() const override { return counters_; }

 private:
  // -------------------------------------------------------------- loop
  void run(std::promise<bool>& started);
  bool create_agent();
  void on_timer();
  void arm_timer();
  void after(const Call& call, int64_t delay_ms, Due what);
  static void on_nua(nua_event_t event, int status, const char*, nua_t*, SipLoop* self,
                     nua_handle_t* handle, Call* call, const sip_t* sip, tagi_t*) {
    self->on_event(event, status, handle, call, sip);
  }

  // -------------------------------------------------------------- calls
  void on_event(nua_event_t event, int status, nua_handle_t* handle, Call* call, const sip_t* sip);
  void on_stranger(nua_event_t event, int status, nua_handle_t* handle, const sip_t* sip);
  void on_invite(nua_handle_t* handle, const sip_t& sip);
  bool admit(nua_handle_t* handle, const sip_t& sip);
  void on_offer(Call& call, bool is_invite, const sip_t* sip);
  void on_due(Call& call, Due what);
  void ring(Call& call);
  void act(Call& call);
  void answer(Call& call);
  void refuse(Call& call, int status);
  void finish(Call& call);
  bool open_stream(Call& call);
  std::string own_sdp(const Call& call) const;

  SandboxConfig config_;
  std::vector<Rule> rules_;
  Ledger ledger_;
  const PhraseBook& phrases_;
  RtpPlayer& player_;
  DigestGate gate_;
  UniqueFd stop_;
  UniqueFd timer_;
  int port_ = 0;
  CarrierCounters counters_;
  std::thread thread_;

  su_root_t* root_ = nullptr;
  nua_t* nua_ = nullptr;
  bool stopping_ = false;
  uint64_t last_id_ = 0;
  std::unordered_map<uint64_t, std::unique_ptr<Call>> calls_;
  std::unordered_map<std::string, int> times_called_;
  std::multimap<SteadyTime, std::pair<uint64_t, Due>> dues_;
};

void SipLoop::run(std::promise<bool>& started) {
  su_init();
  su_log_set_level(nullptr, 0);
  root_ = su_root_create(this);
  su_root_threading(root_, 0);
  su_wait_t stop_wait[1];
  su_wait_create(stop_wait, stop_.get(), SU_WAIT_IN);
  su_root_register(
      root_, stop_wait,
      [](SipLoop* self, su_wait_t*, su_wakeup_arg_t*) {
        uint64_t count = 0;
        [[maybe_unused]] const auto n = ::read(self->stop_.get(), &count, sizeof count);
        self->stopping_ = true;
        nua_shutdown(self->nua_);
        return 0;
      },
      nullptr, 0);
  su_wait_t timer_wait[1];
  su_wait_create(timer_wait, timer_.get(), SU_WAIT_IN);
  su_root_register(
      root_, timer_wait,
      [](SipLoop* self, su_wait_t*, su_wakeup_arg_t*) {
        self->on_timer();
        return 0;
      },
      nullptr, 0);
  const bool running = create_agent();
  started.set_value(running);
  if (running) su_root_run(root_);
  while (!calls_.empty()) finish(*calls_.begin()->second);  // handles go before their nua
  if (nua_ != nullptr) nua_destroy(nua_);
  su_root_destroy(root_);
  su_deinit();
}

bool SipLoop::create_agent() {
  // Sofia-SIP loses memory when it cannot listen, so we look first.
  port_ = free_port(config_.address, config_.port);
  if (port_ == 0) return false;
  const auto url = fmt::format("sip:{}:{}", config_.address, port_);
  // SIPTAG_..._STR and the NULL method replace nua's lists: merging into them reads past an array.
  nua_ = nua_create(root_, &SipLoop::on_nua, this, NUTAG_URL(url.c_str()), NUTAG_MEDIA_ENABLE(0),
                    NUTAG_AUTOANSWER(0), NUTAG_AUTOALERT(0), NUTAG_AUTOACK(1),
                    SIPTAG_ALLOW_STR("INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE"),
                    NUTAG_APPL_METHOD(static_cast<const char*>(nullptr)),
                    NUTAG_APPL_METHOD("INVITE, UPDATE"), SIPTAG_SUPPORTED_STR("timer, 100rel"),
                    NUTAG_SESSION_TIMER(0), SIPTAG_USER_AGENT_STR("carillon-sandbox"),
                    NTATAG_UDP_MTU(65535), NTATAG_USE_NAPTR(0), NTATAG_USE_SRV(0),
                    NTATAG_MAX_PROCEEDING(4000), TPTAG_UDP_RMEM(8U << 20), TAG_END());
  return nua_ != nullptr;
}

void SipLoop::after(const Call& call, int64_t delay_ms, Due what) {
  dues_.emplace(machine_now().steady + Duration(delay_ms), std::pair{call.id, what});
  arm_timer();
}

void SipLoop::arm_timer() {
  itimerspec when{};  // zero: off
  if (!dues_.empty()) {
    const auto wait = std::max(dues_.begin()->first - machine_now().steady, Duration(1));
    when.it_value.tv_sec = wait.count() / 1'000;
    when.it_value.tv_nsec = wait.count() % 1'000 * 1'000'000;
  }
  ::timerfd_settime(timer_.get(), 0, &when, nullptr);
}

void SipLoop::on_timer() {
  uint64_t count = 0;
  [[maybe_unused]] const auto n = ::read(timer_.get(), &count, sizeof count);
  const auto now = machine_now().steady;
  while (!dues_.empty() && dues_.begin()->first <= now) {
    const auto [id, what] = dues_.begin()->second;
    dues_.erase(dues_.begin());
    const auto it = calls_.find(id);
    if (it != calls_.end()) on_due(*it->second, what);
  }
  arm_timer();
}

void SipLoop::on_event(nua_event_t event, int status, nua_handle_t* handle, Call* call,
                       const sip_t* sip) {
  if (event == nua_r_shutdown) {
    if (status >= 200) su_root_break(root_);
    return;
  }
  if (call == nullptr) return on_stranger(event, status, handle, sip);
  switch (event) {
    case nua_i_cancel: counters_.cancelled++; break;
    case nua_i_bye:
      if (call->state == Call::State::kAnswered) counters_.ended_by_caller++;
      break;
    case nua_i_terminated: finish(*call); break;
    case nua_r_bye:
      if (status >= 200) finish(*call);
      break;
    case nua_i_ack:
      // An INVITE without an offer brings the caller's description in its ACK.
      if (sip != nullptr && sip->sip_payload != nullptr && !call->remote) {
        call->remote = parse_offer({sip->sip_payload->pl_data, sip->sip_payload->pl_len});
        if (call->remote) player_.direct(call->stream, *call->remote);
      }
      break;
    case nua_i_invite:
    case nua_i_update:
      if (status < 200) on_offer(*call, event == nua_i_invite, sip);
      break;
    default: break;
  }
}

void SipLoop::on_stranger(nua_event_t event, int status, nua_handle_t* handle, const sip_t* sip) {
  switch (event) {
    case nua_i_invite:
      if (sip != nullptr && status < 200) return on_invite(handle, *sip);
      break;
    case nua_i_options:
      if (status < 200) nua_respond(handle, SIP_200_OK, NUTAG_WITH_THIS(nua_), TAG_END());
      nua_handle_destroy(handle);
      break;
    case nua_i_update:
    case nua_i_register:
    case nua_i_method:
    case nua_i_message:
    case nua_i_subscribe:
    case nua_i_refer:
    case nua_i_info:
      if (status < 200) {
        nua_respond(handle, SIP_405_METHOD_NOT_ALLOWED, NUTAG_WITH_THIS(nua_), TAG_END());
      }
      nua_handle_destroy(handle);
      break;
    default: break;
  }
}

/// False: a final response was sent and the handle is gone.
bool SipLoop::admit(nua_handle_t* handle, const sip_t& sip) {
  if (stopping_ || static_cast<int>(calls_.size()) >= config_.max_calls) {
    nua_respond(handle, SIP_503_SERVICE_UNAVAILABLE, TAG_END());
    nua_handle_destroy(handle);
    return false;
  }
  if (!gate_.required()) return true;
  const auto verdict = gate_.check(sip);
  if (verdict == DigestGate::Verdict::kGood) return true;
  if (verdict == DigestGate::Verdict::kWrong) {
    counters_.wrong_credentials++;
    nua_respond(handle, SIP_403_FORBIDDEN, TAG_END());
  } else {
    counters_.challenged++;
    nua_respond(handle, SIP_407_PROXY_AUTH_REQUIRED,
                SIPTAG_PROXY_AUTHENTICATE_STR(gate_.challenge().c_str()), TAG_END());
  }
  nua_handle_destroy(handle);
  return false;
}

void SipLoop::on_invite(nua_handle_t* handle, const sip_t& sip) {
  if (!admit(handle, sip)) return;
  auto owned = std::make_unique<Call>();
  Call& call = *owned;
  call.id = ++last_id_;
  call.handle.reset(handle);
  const char* user = sip.sip_request->rq_url->url_user;
  call.number = user != nullptr ? user : "";
  nua_handle_bind(handle, &call);
  calls_.emplace(call.id, std::move(owned));
  counters_.invites++;
  counters_.active = static_cast<int64_t>(calls_.size());
  ledger_.write(call.number, sip.sip_call_id->i_id);

  if (sip.sip_payload != nullptr) {
    call.remote = parse_offer({sip.sip_payload->pl_data, sip.sip_payload->pl_len});
    if (!call.remote) return refuse(call, 488);
  }
  const int nth = times_called_[call.number]++;
  const Rule* rule = find_rule(rules_, call.number);
  call.plan = rule != nullptr ? rule->behaviour
                              : draw_behaviour(config_.mix, config_.seed, call.number, nth);
  if (call.plan.after_ms == 0 && call.plan.status != 0) return act(call);
  const bool will_ring = call.plan.status == 0 || call.plan.status == 200 ||
                         call.plan.status == 603 || call.plan.status == 480;
  if (will_ring) {
    constexpr int64_t kPostDialDelayMs = 200;
    after(call, std::min(kPostDialDelayMs, call.plan.after_ms / 2), Due::kRing);
  }
  if (call.plan.status != 0) after(call, call.plan.after_ms, Due::kAct);
}

/// A re-INVITE or UPDATE of the caller: hold, a new address, a session refresh.
void SipLoop::on_offer(Call& call, bool is_invite, const sip_t* sip) {
  const bool has_offer = sip != nullptr && sip->sip_payload != nullptr;
  if (has_offer) {
    auto remote = parse_offer({sip->sip_payload->pl_data, sip->sip_payload->pl_len});
    if (!remote) {
      nua_respond(call.handle.get(), SIP_488_NOT_ACCEPTABLE, NUTAG_WITH_THIS(nua_), TAG_END());
      return;
    }
    call.remote = remote;
    call.sdp_version++;
    player_.direct(call.stream, *remote);
  }
  const auto sdp = own_sdp(call);
  const bool describe = has_offer || is_invite;
  nua_respond(call.handle.get(), SIP_200_OK, NUTAG_WITH_THIS(nua_),
              TAG_IF(describe, SIPTAG_CONTENT_TYPE_STR("application/sdp")),
              TAG_IF(describe, SIPTAG_PAYLOAD_STR(sdp.c_str())), TAG_END());
}

void SipLoop::on_due(Call& call, Due what) {
  switch (what) {
    case Due::kRing:
      if (call.state == Call::State::kNew) ring(call);
      break;
    case Due::kAct:
      if (call.state == Call::State::kNew) act(call);
      break;
    case Due::kPress: player_.press(call.stream, call.plan.digits); break;
    case Due::kHangUp:
      if (call.state != Call::State::kAnswered) break;
      call.state = Call::State::kEnding;
      counters_.ended_by_us++;
      nua_bye(call.handle.get(), TAG_END());
      break;
  }
}

void SipLoop::ring(Call& call) {
  if (!call.plan.early_media || !call.remote) {
    nua_respond(call.handle.get(), SIP_180_RINGING, TAG_END());
    return;
  }
  if (!open_stream(call)) return refuse(call, 500);
  player_.play(call.stream, make_ringback());
  const auto sdp = own_sdp(call);
  nua_respond(call.handle.get(), SIP_183_SESSION_PROGRESS,
              SIPTAG_CONTENT_TYPE_STR("application/sdp"), SIPTAG_PAYLOAD_STR(sdp.c_str()),
              TAG_END());
}

void SipLoop::act(Call& call) {
  if (call.plan.status == 200) return answer(call);
  refuse(call, call.plan.status);
}

void SipLoop::answer(Call& call) {
  if (!open_stream(call)) return refuse(call, 500);
  call.state = Call::State::kAnswered;
  counters_.answered++;
  const auto sdp = own_sdp(call);
  nua_respond(call.handle.get(), SIP_200_OK, SIPTAG_CONTENT_TYPE_STR("application/sdp"),
              SIPTAG_PAYLOAD_STR(sdp.c_str()), TAG_END());
  player_.play(call.stream, make_voice(call.plan.voice, call.number, phrases_.now()));
  if (!call.plan.digits.empty()) after(call, 1'000, Due::kPress);
  if (call.plan.talk_ms > 0) after(call, call.plan.talk_ms, Due::kHangUp);
}

/// Sends a final response; nua_i_terminated follows and ends the call.
void SipLoop::refuse(Call& call, int status) {
  (status == 486 ? counters_.busy : counters_.refused)++;
  call.state = Call::State::kEnding;
  nua_respond(call.handle.get(), status, nullptr, TAG_END());
}

void SipLoop::finish(Call& call) {
  if (call.stream != 0) player_.close(call.stream);
  calls_.erase(call.id);  // destroys the handle: no event names this call any more
  counters_.active = static_cast<int64_t>(calls_.size());
}

bool SipLoop::open_stream(Call& call) {
  if (call.stream != 0) return true;
  auto opened = player_.open(config_.address);
  if (!opened) {
    spdlog::error("Sandbox: {}", opened.error().message);
    return false;
  }
  call.stream = opened->id;
  call.rtp_port = opened->port;
  if (call.remote) player_.direct(call.stream, *call.remote);
  return true;
}

std::string SipLoop::own_sdp(const Call& call) const {
  if (!call.remote) return make_offer(config_.address, call.rtp_port, call.sdp_version);
  return make_answer(*call.remote, config_.address, call.rtp_port, call.sdp_version);
}

}  // namespace

Result<std::unique_ptr<Carrier>> Carrier::start(const SandboxConfig& config,
                                                std::vector<Rule> rules, Ledger ledger,
                                                const PhraseBook& phrases, RtpPlayer& player) {
  auto loop =
      std::make_unique<SipLoop>(config, std::move(rules), std::move(ledger), phrases, player);
  if (!loop->start()) {
    return Error{ErrorCode::kUnavailable,
                 fmt::format("The sandbox cannot listen on {} port {}: another program has it, or "
                             "the address is not this machine's. Choose another with --port.",
                             config.address, config.port),
                 "port"};
  }
  return std::unique_ptr<Carrier>(std::move(loop));
}

}  // namespace carillon::sandbox
#pragma GCC diagnostic pop
