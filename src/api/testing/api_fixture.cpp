#include "api/testing/api_fixture.h"

#include <cstdlib>

#include <fmt/format.h>

#include "api/webhook_message.h"

namespace carillon::api::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

std::filesystem::path make_folder() {
  auto name = (std::filesystem::temp_directory_path() / "carillon-api-XXXXXX").string();
  EXPECT_NE(::mkdtemp(name.data()), nullptr);
  return name;
}

}  // namespace

std::string SignedIn::headers(bool with_csrf) const {
  if (cookie.empty()) return {};
  auto lines = "Cookie: " + cookie + "\r\n";
  if (with_csrf) lines += "X-CSRF-Token: " + csrf + "\r\n";
  return lines;
}

ApiTest::ApiTest() : folder_(make_folder()) {
  config.bind_address = "127.0.0.1";
  config.https_port = -1;
  config.http_port = 0;
  config.setup_code = kSetupCode;
  config.realm = "test.example";
  config.uploads = folder_ / "uploads";
  config.recordings = folder_ / "recordings";
  config.web_root = folder_ / "web";
  std::filesystem::create_directories(config.recordings);
  std::filesystem::create_directories(config.web_root);
}

ApiTest::~ApiTest() {
  stop_server();
  imports_.reset();
  server_.reset();
  store_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void ApiTest::start() {
  store::StoreConfig store_config;
  store_config.database = (folder_ / "carillon.db").string();
  store_config.webhook_data = webhook_data;
  store::StoreSinks sinks;
  sinks.to_core = [](const StoreEvent&) {};
  sinks.record_changed = [this](store::RecordKind kind, int64_t id) {
    std::lock_guard lock(mutex_);
    if (relay_) relay_->record_changed(kind, id);
  };
  sinks.lead_stats = [this](CampaignId campaign, const LeadStats& stats) {
    std::lock_guard lock(mutex_);
    if (relay_) relay_->lead_stats(campaign, stats);
  };
  auto opened = store::Store::open(store_config, sinks);
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  store_ = std::move(*opened);

  store::ImportConfig import_config;
  import_config.uploads = config.uploads;
  auto imports = store::ImportJobs::start(*store_, import_config, [this](const store::Import& i) {
    std::lock_guard lock(mutex_);
    if (relay_) relay_->import_changed(i);
  });
  ASSERT_TRUE(imports.ok()) << imports.error().message;
  imports_ = std::move(*imports);

  Ports ports{*store_, imports_.get(), nullptr, {}, {}, {}, {}, {}, {}};
  ports.to_core = [this](const CoreRequest& request) { return take_request(request); };
  ports.to_telephony = [this](TelephonyCommand command) {
    std::lock_guard lock(mutex_);
    commands_.push_back(std::move(command));
    changed_.notify_all();
  };
  ports.system = [] {
    SystemView view;
    view.database = "test.db";
    return view;
  };
  ports.speak = [](const std::string& text) -> Result<std::string> { return "RIFF" + text; };
  auto started = Server::start(config, std::move(ports));
  ASSERT_TRUE(started.ok()) << started.error().message;
  server_ = std::move(*started);
  std::lock_guard lock(mutex_);
  relay_ = server_.get();
}

void ApiTest::stop_server() {
  if (server_) server_->stop();
  std::lock_guard lock(mutex_);
  relay_ = nullptr;
}

void ApiTest::restart() {
  stop_server();
  imports_.reset();
  server_.reset();
  store_.reset();
  start();
}

bool ApiTest::take_request(const CoreRequest& request) {
  std::lock_guard lock(mutex_);
  requests_.push_back(request);
  changed_.notify_all();
  if (core_result_ && relay_) {
    const auto id = std::visit([](const auto& r) { return r.request; }, request);
    relay_->done({id, *core_result_, {}});
  }
  return true;
}

void ApiTest::core_answers(std::optional<Result<void>> result) {
  std::lock_guard lock(mutex_);
  core_result_ = std::move(result);
}

CoreRequest ApiTest::core_request(size_t index) {
  std::unique_lock lock(mutex_);
  const bool came = changed_.wait_for(lock, kPatience, [&] { return requests_.size() > index; });
  EXPECT_TRUE(came) << "the core was asked " << requests_.size() << " times only";
  return came ? requests_[index] : CoreRequest{};
}

size_t ApiTest::core_requests() const {
  std::lock_guard lock(mutex_);
  return requests_.size();
}

TelephonyCommand ApiTest::telephony_command(size_t index) {
  std::unique_lock lock(mutex_);
  const bool came = changed_.wait_for(lock, kPatience, [&] { return commands_.size() > index; });
  EXPECT_TRUE(came) << "the telephony got " << commands_.size() << " commands only";
  return came ? commands_[index] : TelephonyCommand{};
}

void ApiTest::log_in_agent(int64_t user, int64_t campaign, int64_t session, int64_t attempt) {
  AgentLive live;
  live.session = AgentSessionId{session};
  live.agent = UserId{user};
  live.campaign = CampaignId{campaign};
  live.attempt = AttemptId{attempt};
  live.pause_reason = "login";
  server_->publish(live);
}

// ------------------------------------------------------------------------------- people

SignedIn ApiTest::signed_in(const Answer& answer) {
  SignedIn who;
  const auto cookie = answer.header("set-cookie");
  who.cookie = cookie.substr(0, cookie.find(';'));
  const auto json = answer.json();
  if (json.is_object() && json.contains("csrf_token")) {
    who.csrf = json["csrf_token"];
    who.user_id = json["user"]["id"];
  }
  return who;
}

SignedIn ApiTest::set_up() {
  const auto answer = post({}, "/api/v1/setup",
                           {{"setup_code", kSetupCode},
                            {"username", "Admin"},
                            {"name", "The Administrator"},
                            {"password", kPassword},
                            {"domain", "calls.example.com"}});
  EXPECT_EQ(answer.status, 201) << answer.body;
  return signed_in(answer);
}

Answer ApiTest::sign_in(const std::string& username, const std::string& password) {
  return post({}, "/api/v1/session", {{"username", username}, {"password", password}});
}

SignedIn ApiTest::person(const SignedIn& administrator, const std::string& username,
                         const std::string& role) {
  const auto made =
      post(administrator, "/api/v1/users",
           {{"username", username}, {"name", username}, {"role", role}, {"password", kPassword}});
  EXPECT_EQ(made.status, 201) << made.body;
  const auto answer = sign_in(username, kPassword);
  EXPECT_EQ(answer.status, 200) << answer.body;
  return signed_in(answer);
}

// ------------------------------------------------------------------------------- requests

Answer ApiTest::send(const SignedIn& who, const std::string& method, const std::string& path,
                     const std::optional<Json>& body) {
  auto headers = who.headers();
  if (body) headers += "Content-Type: application/json\r\n";
  return ask(port(), method, path, headers, body ? body->dump() : std::string{});
}

Answer ApiTest::get(const SignedIn& who, const std::string& path) {
  return send(who, "GET", path, std::nullopt);
}
Answer ApiTest::post(const SignedIn& who, const std::string& path, const Json& body) {
  return send(who, "POST", path, body);
}
Answer ApiTest::patch(const SignedIn& who, const std::string& path, const Json& body) {
  return send(who, "PATCH", path, body);
}
Answer ApiTest::del(const SignedIn& who, const std::string& path) {
  return send(who, "DELETE", path, std::nullopt);
}

std::string ApiTest::socket_headers(const SignedIn& who, int port) {
  return fmt::format("{}Origin: http://127.0.0.1:{}\r\n", who.headers(), port);
}

}  // namespace carillon::api::testing
