// Test calls through a trunk.
#include "api/handlers.h"
#include "api/json_records.h"
#include "store/import/phone.h"

namespace carillon::api {
namespace {

constexpr const char* kOneAtATime = "One test call at a time.";

struct TestRequest {
  std::string number, country, caller_id;
};

Result<TestRequest> read_test(const Json& json) {
  TestRequest request;
  ObjectReader reader(json);
  reader.require({"number"});
  reader.text("number", request.number, {.min = 1, .max = 40});
  reader.text("country", request.country, {.max = 2});
  reader.text("caller_id", request.caller_id, {.max = 40});
  if (auto good = reader.finish(); !good) return good.error();
  return request;
}

/// As the core dials: tech prefix and digits.
Result<TrunkTests::Order> order_of(const TestRequest& request, const Trunk& trunk) {
  const auto number = store::parse_phone_to_call(request.number, request.country);
  if (!number) return Error{ErrorCode::kInvalid, number.error().message, "number"};
  TrunkTests::Order order;
  order.trunk = trunk.id;
  order.number = number->e164;
  order.dialed = trunk.tech_prefix + number->e164.substr(1);
  if (request.caller_id.empty()) return order;
  const auto caller = store::parse_phone(request.caller_id, request.country);
  if (!caller) return Error{ErrorCode::kInvalid, caller.error().message, "caller_id"};
  order.caller_id = caller->e164;
  return order;
}

/// The trunk's own limits hold for a test call too.
std::optional<Error> trunk_is_busy(const LiveView& live, const Trunk& trunk) {
  if (!trunk.active) {
    return Error{ErrorCode::kConflict, "The trunk is switched off. Switch it on first.", ""};
  }
  const auto* now = live.trunk(trunk.id);
  if (now == nullptr || now->calls < trunk.channels) return std::nullopt;
  return Error{ErrorCode::kConflict,
               "All channels of the trunk are in use. Try again when a call has ended.", ""};
}

}  // namespace

Task<Response> start_trunk_test(Call& call) {
  auto& services = call.services;
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  const auto request = read_test(*json);
  if (!request) co_return problem(request.error());
  // What is dialed is in the audit log before the call is placed.
  auto work = [id = TrunkId{call.ids[0]},
               number = request->number](store::Writer& writer) -> Result<Trunk> {
    auto trunk = writer.trunk(id);
    if (!trunk) return trunk;
    if (auto noted = writer.note_test_call(id, number); !noted) return noted.error();
    return trunk;
  };
  auto find = [id = TrunkId{call.ids[0]}](store::Reader& reader) { return reader.trunk(id); };
  const auto known = co_await read(services, std::move(find));
  if (!known) co_return problem(known.error());
  const auto order = order_of(*request, *known);
  if (!order) co_return problem(order.error());
  if (const auto busy = trunk_is_busy(services.live, *known)) co_return problem(*busy);
  auto wait = services.trunk_tests.wait(machine_now().steady);
  if (wait > Duration{0}) co_return rate_limited(wait, kOneAtATime);
  const auto trunk = co_await change(services, call.actor(), std::move(work));
  if (!trunk) co_return problem(trunk.error());
  // Another one may have begun meanwhile.
  wait = services.trunk_tests.wait(machine_now().steady);
  if (wait > Duration{0}) co_return rate_limited(wait, kOneAtATime);
  co_return json_response(202, to_json(services.trunk_tests.begin(*order, machine_now())));
}

Task<Response> get_trunk_test(Call& call) {
  const auto* test = call.services.trunk_tests.find(call.ids[1]);
  if (test == nullptr || test->trunk != TrunkId{call.ids[0]}) {
    co_return problem({ErrorCode::kNotFound, "There is no such test call (any more).", {}});
  }
  co_return json_response(200, to_json(*test));
}

}  // namespace carillon::api
