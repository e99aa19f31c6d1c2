// A real Server on 127.0.0.1 with a real Store in a temporary folder; the core and the telephony
// are played by the test.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/server.h"
#include "api/testing/raw_client.h"
#include "store/import/import_jobs.h"

namespace carillon::api::testing {

constexpr const char* kPassword = "correct horse battery";
constexpr const char* kSetupCode = "setup-code-1";

/// Somebody who is signed in.
struct SignedIn {
  std::string cookie;  ///< "carillon_session=..."
  std::string csrf;
  int64_t user_id = 0;

  /// Header lines of a request.
  std::string headers(bool with_csrf = true) const;
};

class ApiTest : public ::testing::Test {
 protected:
  ApiTest();
  ~ApiTest() override;

  /// Settings for tests may be changed before start().
  ApiConfig config;
  void start();
  void stop_server();
  /// With the same database.
  void restart();

  int port() const { return server_->http_port(); }
  Server& server() { return *server_; }
  store::Store& store() { return *store_; }
  const std::filesystem::path& folder() const { return folder_; }

  // ---- people
  /// The first administrator, by set-up.
  SignedIn set_up();
  /// A person with the password kPassword, signed in.
  SignedIn person(const SignedIn& administrator, const std::string& username,
                  const std::string& role);
  Answer sign_in(const std::string& username, const std::string& password);
  static SignedIn signed_in(const Answer& answer);

  // ---- requests
  Answer get(const SignedIn& who, const std::string& path);
  Answer post(const SignedIn& who, const std::string& path, const Json& body);
  Answer patch(const SignedIn& who, const std::string& path, const Json& body);
  Answer del(const SignedIn& who, const std::string& path);
  Answer send(const SignedIn& who, const std::string& method, const std::string& path,
              const std::optional<Json>& body);

  // ---- the core and the telephony
  /// What the core got so far; waits for the n-th request (from 0).
  CoreRequest core_request(size_t index);
  size_t core_requests() const;
  TelephonyCommand telephony_command(size_t index);
  /// How the core answers; none: it stays silent.
  void core_answers(std::optional<Result<void>> result);
  /// The core lets an agent log in: publishes the session, then answers.
  void log_in_agent(int64_t user, int64_t campaign, int64_t session, int64_t attempt = 0);

  static std::string socket_headers(const SignedIn& who, int port);

 private:
  bool take_request(const CoreRequest& request);

  std::filesystem::path folder_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::ImportJobs> imports_;
  std::unique_ptr<Server> server_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<CoreRequest> requests_;
  std::vector<TelephonyCommand> commands_;
  std::optional<Result<void>> core_result_ = Result<void>{};
  Server* relay_ = nullptr;
};

}  // namespace carillon::api::testing
