// The scenarios of tests/sipp against the telephony: another SIP stack than ours agrees.

#include <csignal>
#include <filesystem>
#include <ostream>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "telephony/testing/telephony_fixture.h"

extern char** environ;

namespace carillon::telephony::testing {
namespace {

/// SIPp playing one scenario once. Ended with the object.
class Sipp {
 public:
  Sipp(const std::string& scenario, int port, int media_port) {
    const auto file = std::filesystem::absolute("tests/sipp/" + scenario + ".xml").string();
    const auto port_text = std::to_string(port), media = std::to_string(media_port);
    const char* words[] = {
        "sipp", "-sf",         file.c_str(), "-i", "127.0.0.1", "-p",        port_text.c_str(),
        "-mp",  media.c_str(), "-m",         "1",  "-nostdin",  "-rtp_echo", nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    started_ =
        posix_spawnp(&process_, "sipp", &actions, nullptr, const_cast<char**>(words), environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
  }
  ~Sipp() {
    if (!started_ || done_) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Sipp(const Sipp&) = delete;
  Sipp& operator=(const Sipp&) = delete;

  bool started() const { return started_; }
  /// 0: every message came as the scenario wants it. -1: it did not end in time.
  int wait() {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < until) {
      int status = 0;
      if (::waitpid(process_, &status, WNOHANG) == process_) {
        done_ = true;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
      }
      ::usleep(20'000);
    }
    return -1;
  }

 private:
  pid_t process_ = 0;
  bool started_ = false, done_ = false;
};

struct Case {
  const char* scenario;
  Outcome outcome;
  bool answered;
  bool we_hang_up;
};
std::ostream& operator<<(std::ostream& out, const Case& each) { return out << each.scenario; }

class LoopbackSipp : public TelephonyTest, public ::testing::WithParamInterface<Case> {};

TEST_P(LoopbackSipp, AgreesWithUs) {
  const auto& expected = GetParam();
  int port = 0, media_port = 0;
  Trunk trunk;
  {
    ScriptedPeer sip, media;  // find free ports
    port = sip.port();
    media_port = media.port() & ~1;
    trunk = trunk_to(sip);
  }
  Sipp carrier(expected.scenario, port, media_port);
  ASSERT_TRUE(carrier.started()) << "install sipp (sip-tester)";
  start();
  trunk.username = "alice";
  trunk.password = "open sesame";
  trunk.options_ping = false;
  telephony_->send(SetTrunks{{trunk}});
  ASSERT_TRUE(events_.wait<TrunkStateChanged>());

  // SIPp takes a moment to open its port: until then the trunk refuses the call.
  std::optional<CallEnded> end;
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (int64_t attempt = 1; std::chrono::steady_clock::now() < until; ++attempt) {
    end.reset();
    place(attempt, 1500);
    if (expected.answered && events_.wait<CallAnswered>(nullptr, 2500ms) && expected.we_hang_up) {
      ::usleep(900'000);
      telephony_->send(EndCall{AttemptId{attempt}});
    }
    end = ended(attempt);
    ASSERT_TRUE(end);
    if (!end->try_next_trunk) break;
    ::usleep(100'000);
  }
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, expected.outcome) << end->reason;
  EXPECT_EQ(carrier.wait(), 0) << "the scenario did not go as written";
}

INSTANTIATE_TEST_SUITE_P(Scenarios, LoopbackSipp,
                         ::testing::Values(Case{"answer", Outcome::kAnswered, true, true},
                                           Case{"answer_hangs_up", Outcome::kAnswered, true, false},
                                           Case{"answer_crosses_cancel", Outcome::kDropped, false,
                                                false},
                                           Case{"busy", Outcome::kBusy, false, false},
                                           Case{"reject", Outcome::kRejected, false, false},
                                           Case{"not_in_service", Outcome::kRejected, false, false},
                                           Case{"no_answer", Outcome::kNoAnswer, false, false},
                                           Case{"early_media", Outcome::kAnswered, true, true},
                                           Case{"prack", Outcome::kAnswered, true, true},
                                           Case{"auth", Outcome::kAnswered, true, true},
                                           Case{"hold", Outcome::kAnswered, true, true}),
                         [](const auto& each) { return std::string(each.param.scenario); });

}  // namespace
}  // namespace carillon::telephony::testing
