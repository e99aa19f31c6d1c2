#include "api/http_connection.h"

#include <algorithm>
#include <limits>

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "api/http_message.h"
#include "api/routes.h"
#include "api/static_files.h"
#include "api/websocket_connection.h"
#include "base/log.h"
#include "base/unique_fd.h"
#include "store/import/import_jobs.h"

namespace carillon::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Parser = http::request_parser<http::buffer_body>;

constexpr uint32_t kHeaderLimit = 16 * 1024;
constexpr uint64_t kJsonBodyLimit = 1 << 20;
constexpr uint64_t kIgnoredBodyLimit = 4 * 1024;  ///< of requests that need no body
constexpr size_t kPiece = 64 * 1024;
constexpr Duration kPieceTimeout = 20s;  ///< for one piece of a body, either way
constexpr Duration kHandshakeTimeout = 10s;
constexpr Duration kLingerTimeout = 2s;
constexpr size_t kLingerBytes = 1 << 20;

auto into(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

/// Awaits a Task from an Asio coroutine of the same loop. Nothing: the task threw.
template <class T>
asio::awaitable<std::optional<T>> outcome(Task<T> task) {
  struct State {
    explicit State(const asio::any_io_executor& executor)
        : signal(executor, asio::steady_timer::time_point::max()) {}
    asio::steady_timer signal;
    std::optional<T> value;
    bool done = false;
  };
  auto state = std::make_shared<State>(co_await asio::this_coro::executor);
  run<T>(std::move(task), [state](std::optional<T> value) {
    state->value = std::move(value);
    state->done = true;
    state->signal.cancel();
  });
  error_code ignored;
  if (!state->done) co_await state->signal.async_wait(into(ignored));
  co_return std::move(state->value);
}

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get: return Method::kGet;
    case http::verb::head: return Method::kHead;
    case http::verb::post: return Method::kPost;
    case http::verb::patch: return Method::kPatch;
    case http::verb::delete_: return Method::kDelete;
    default: return Method::kOther;
  }
}

std::string text(beast::string_view view) { return {view.data(), view.size()}; }

/// The address that a trusted proxy saw: the last one of X-Forwarded-For is the proxy's own word.
void trust_proxy(const ApiConfig& config, Request& request) {
  const auto forwarded = request.header("x-forwarded-for");
  if (forwarded.empty()) return;
  request.through_proxy = true;  // even an unknown one is not this machine's own client
  const auto& proxies = config.trusted_proxies;
  if (std::find(proxies.begin(), proxies.end(), request.address) == proxies.end()) return;
  auto last = forwarded.substr(forwarded.rfind(',') + 1);
  last.remove_prefix(std::min(last.find_first_not_of(' '), last.size()));
  error_code error;
  const auto address = asio::ip::make_address(std::string(last), error);
  if (!error) request.address = address.to_string();
  request.secure = request.secure || request.header("x-forwarded-proto") == "https";
}

/// Nothing but a host name or address with a port; also refuses folded lines (RFC 9112
/// section 5.2).
bool is_host(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view(".-_:[]").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool fill_request(const Connection& connection, const Parser& parser, Request& request) {
  const auto& message = parser.get();
  request.method = method_of(message.method());
  for (const auto& field : message) {
    auto name = text(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    request.headers[std::move(name)] = text(field.value());
  }
  request.address = connection.peer;
  request.secure = connection.tls;
  trust_proxy(connection.services.config, request);
  const bool has_host = message.version() < 11 || message.count(http::field::host) == 1;
  return has_host && is_host(request.header("host")) &&
         parse_target(text(message.target()), request);
}

Response bad_request(const char* sentence) {
  return problem(400, {ErrorCode::kInvalid, sentence, {}});
}

template <class Stream>
beast::tcp_stream& tcp_of(Stream& stream) {
  return beast::get_lowest_layer(stream);
}

/// One connection's conversation.
template <class Stream>
class Session {
 public:
  Session(std::shared_ptr<Connection> connection, Stream stream)
      : connection_(std::move(connection)), stream_(std::move(stream)) {
    connection_->cancel = [this] { tcp_of(stream_).cancel(); };
  }
  ~Session() { connection_->cancel = nullptr; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Stream& stream() { return stream_; }

  asio::awaitable<void> run_all() {
    while (!connection_->stopping && co_await wait_for_request()) {
      Parser parser;
      parser.header_limit(kHeaderLimit);
      parser.body_limit(std::numeric_limits<uint64_t>::max());  // each route has its own
      error_code error;
      tcp_of(stream_).expires_after(services().config.header_timeout);
      co_await http::async_read_header(stream_, buffer_, parser, into(error));
      if (error) {
        co_await refuse_malformed(error);
        break;
      }
      const bool go_on = co_await one_request(parser);
      if (!go_on) break;
    }
  }

 private:
  Services& services() { return connection_->services; }

  /// False: the connection is over.
  asio::awaitable<bool> wait_for_request() {
    if (buffer_.size() > 0) co_return true;  // pipelined
    connection_->idle = true;
    tcp_of(stream_).expires_after(services().config.keep_alive_timeout);
    error_code error;
    const size_t count = co_await stream_.async_read_some(buffer_.prepare(4096), into(error));
    connection_->idle = false;
    buffer_.commit(count);
    co_return !error;
  }

  asio::awaitable<void> refuse_malformed(error_code error) {
    if (error == http::error::end_of_stream || error == asio::error::operation_aborted ||
        error == beast::error::timeout ||
        error.category() != http::make_error_code(http::error::bad_method).category()) {
      co_return;
    }
    ++services().counters.malformed;
    Request request;
    if (error == http::error::header_limit) {
      auto response =
          problem(431, {ErrorCode::kTooLarge, "The headers are larger than 16 KiB.", {}});
      co_await write(request, std::move(response), false);
    } else {
      co_await write(request, bad_request("The request is not valid HTTP."), false);
    }
    co_await linger();
  }

  /// False: the connection ends after it.
  asio::awaitable<bool> one_request(Parser& parser) {
    Call call{services(), {}, nullptr, {}, {}};
    if (!fill_request(*connection_, parser, call.request)) {
      ++services().counters.malformed;
      co_await write(call.request, bad_request("The request's target or Host is not valid."),
                     false);
      co_await linger();
      co_return false;
    }
    const bool keep_alive = parser.get().keep_alive() && parser.get().version() >= 11;
    auto refused = co_await before_body(call, parser);
    if (!refused) {
      auto read_error = co_await read_body(call, parser);
      if (read_error) refused = std::move(read_error);
    }
    if (broken_) co_return false;
    if (refused) {
      const bool body_read = parser.is_done();
      co_await write(call.request, std::move(*refused), keep_alive && body_read);
      if (!body_read) co_await linger();
      co_return keep_alive&& body_read && !broken_;
    }
    auto response = co_await respond(call);
    if (response.websocket) {
      co_await become_websocket(parser, std::move(response.websocket));
      co_return false;
    }
    co_await write(call.request, std::move(response), keep_alive && !connection_->stopping);
    co_return keep_alive && !broken_;
  }

  asio::awaitable<std::optional<Response>> before_body(Call& call, Parser& parser) {
    tcp_of(stream_).expires_never();
    auto admitted = co_await outcome(admit(call));
    if (!admitted) {
      co_return problem({ErrorCode::kInternal, "The server failed. Its log says more.", {}});
    }
    if (*admitted) co_return std::move(**admitted);
    const auto length = parser.content_length();
    if (length && *length > body_limit(call)) co_return too_large(call);
    if (call.route && call.route->body == Body::kWebSocket &&
        !beast::websocket::is_upgrade(parser.get())) {
      co_return bad_request("This path is a WebSocket.");
    }
    if (!parser.is_done() && call.request.header("expect") == "100-continue") {
      static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      co_await send(asio::buffer(kContinue.data(), kContinue.size()));
    }
    co_return std::nullopt;
  }

  uint64_t body_limit(const Call& call) {
    if (!call.route) return kIgnoredBodyLimit;
    switch (call.route->body) {
      case Body::kFile: return services().config.upload_limit;
      case Body::kJson:
      case Body::kOptionalJson: return kJsonBodyLimit;
      default: return kIgnoredBodyLimit;
    }
  }

  Response too_large(const Call& call) {
    return problem({ErrorCode::kTooLarge,
                    fmt::format("The body is larger than {} KiB.", body_limit(call) / 1024),
                    {}});
  }

  /// Into memory, or for files to disk.
  asio::awaitable<std::optional<Response>> read_body(Call& call, Parser& parser) {
    if (call.route && call.route->body == Body::kFile && services().ports.imports) {
      const auto name = call.request.query.find("name");
      auto upload = services().ports.imports->upload(
          name == call.request.query.end() ? "leads.csv" : name->second.substr(0, 255));
      if (!upload) co_return problem(upload.error());
      call.request.upload = std::move(*upload);
    }
    std::vector<char> piece(parser.is_done() ? 0 : kPiece);
    uint64_t total = 0;
    while (!parser.is_done()) {
      parser.get().body().data = piece.data();
      parser.get().body().size = piece.size();
      parser.get().body().more = true;
      tcp_of(stream_).expires_after(kPieceTimeout);
      error_code error;
      co_await http::async_read(stream_, buffer_, parser, into(error));
      if (error == http::error::need_buffer) error = {};
      if (error) {
        broken_ = true;
        co_return std::nullopt;
      }
      const std::string_view bytes(piece.data(), piece.size() - parser.get().body().size);
      total += bytes.size();
      if (total > body_limit(call)) co_return too_large(call);
      if (call.request.upload) {
        if (auto written = call.request.upload->write(bytes); !written) {
          co_return problem(written.error());
        }
      } else {
        call.request.body.append(bytes);
      }
    }
    co_return std::nullopt;
  }

  asio::awaitable<Response> respond(Call& call) {
    if (!call.route) co_return static_file(services().config.web_root, call.request);
    tcp_of(stream_).expires_never();
    auto response = co_await outcome(answer(call));
    if (!response) {
      co_return problem({ErrorCode::kInternal, "The server failed. Its log says more.", {}});
    }
    co_return std::move(*response);
  }

  asio::awaitable<void> become_websocket(Parser& parser,
                                         std::shared_ptr<WebSocketHandler> handler) {
    connection_->cancel = nullptr;
    auto request = parser.release();
    co_await serve_websocket(connection_, std::move(stream_), std::move(request),
                             std::move(handler));
    broken_ = true;
  }

  template <class Buffers>
  asio::awaitable<void> send(const Buffers& buffers) {
    tcp_of(stream_).expires_after(kPieceTimeout);
    error_code error;
    co_await asio::async_write(stream_, buffers, into(error));
    if (error) broken_ = true;
  }

  asio::awaitable<void> write(const Request& request, Response response, bool keep_alive) {
    ++services().counters.requests[std::clamp(response.status / 100, 1, 5)];
    const bool head_only = request.method == Method::kHead;
    const bool bodyless = response.status == 204 || response.status == 304;
    Framing framing{.keep_alive = keep_alive, .chunked = false, .length = {}};
    if (response.stream) {
      framing.chunked = true;
    } else if (!bodyless) {
      framing.length = response.file ? response.file->length : response.body.size();
    }
    const auto head = response_head(response, framing, request.secure);
    const bool small = !response.stream && !response.file && response.body.size() <= kPiece;
    if (small && !head_only && !bodyless) {
      // In one buffer: Beast 1.74's TLS stream writes only the first of two, and once that is used
      // up reports success without the rest.
      response.body.insert(0, head);
      co_await send(asio::buffer(response.body));
      co_return;
    }
    co_await send(asio::buffer(head));
    if (broken_ || head_only || bodyless) co_return;
    if (response.file) co_await send_file(*response.file);
    if (response.stream) co_await send_pieces(response.stream);
    // Piece by piece, as each has its own time limit: large lists go over slow lines too.
    for (size_t at = 0; at < response.body.size() && !broken_; at += kPiece) {
      const auto size = std::min(kPiece, response.body.size() - at);
      co_await send(asio::buffer(response.body.data() + at, size));
    }
  }

  asio::awaitable<void> send_file(const FileBody& file) {
    const UniqueFd fd(::open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    std::vector<char> piece(std::min<uint64_t>(kPiece, file.length));
    uint64_t sent = 0;
    while (sent < file.length && !broken_) {
      const auto want = std::min<uint64_t>(piece.size(), file.length - sent);
      const auto got =
          ::pread(fd.get(), piece.data(), want, static_cast<off_t>(file.offset + sent));
      if (got <= 0) {  // it became shorter: the client must notice
        broken_ = true;
        co_return;
      }
      sent += static_cast<uint64_t>(got);
      co_await send(asio::buffer(piece.data(), static_cast<size_t>(got)));
    }
  }

  asio::awaitable<void> send_pieces(const NextPiece& next) {
    while (!broken_) {
      tcp_of(stream_).expires_never();
      const auto piece = co_await outcome(next());
      if (!piece || !piece->ok()) {
        broken_ = true;
        co_return;
      }
      const auto& bytes = piece->value();
      const auto chunk = bytes.empty() ? std::string("0\r\n\r\n")
                                       : fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
      co_await send(asio::buffer(chunk));
      if (bytes.empty()) co_return;
    }
  }

  /// Reads on for a moment, so that the client gets our answer instead of a reset.
  asio::awaitable<void> linger() {
    if (broken_) co_return;
    tcp_of(stream_).expires_after(kLingerTimeout);
    error_code error;
    if constexpr (std::is_same_v<Stream, PlainStream>) {
      stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
    }
    std::vector<char> piece(16 * 1024);
    size_t total = 0;
    while (!error && total < kLingerBytes) {
      total += co_await stream_.async_read_some(asio::buffer(piece), into(error));
    }
    broken_ = true;
  }

  const std::shared_ptr<Connection> connection_;
  Stream stream_;
  beast::flat_buffer buffer_;
  bool broken_ = false;  ///< nothing more can be said
};

}  // namespace

asio::awaitable<void> serve(std::shared_ptr<Connection> connection, PlainStream stream) {
  Session<PlainStream> session(std::move(connection), std::move(stream));
  co_await session.run_all();
}

asio::awaitable<void> serve(std::shared_ptr<Connection> connection, asio::ip::tcp::socket socket,
                            asio::ssl::context& tls) {
  auto& counters = connection->services.counters;
  TlsStream stream(beast::tcp_stream(std::move(socket)), tls);
  tcp_of(stream).expires_after(kHandshakeTimeout);
  error_code error;
  co_await stream.async_handshake(asio::ssl::stream_base::server, into(error));
  if (error) {
    ++counters.tls_failures;
    co_return;
  }
  Session<TlsStream> session(std::move(connection), std::move(stream));
  co_await session.run_all();
}

}  // namespace carillon::api
