// What holds for the whole installation.
#include "api/handlers.h"
#include "api/json_records.h"

namespace carillon::api {

Task<Response> get_settings(Call& call) {
  auto work = [](store::Reader& reader) { return reader.settings(); };
  const auto settings = co_await read(call.services, std::move(work));
  co_return settings ? json_response(200, to_json(*settings)) : problem(settings.error());
}

Task<Response> change_settings(Call& call) {
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  auto work = [json = *json](store::Writer& writer) -> Result<store::Settings> {
    auto settings = writer.settings();
    if (!settings) return settings;
    if (const auto good = read_settings(json, *settings); !good) return good.error();
    if (const auto saved = writer.save_settings(*settings); !saved) return saved.error();
    return settings;
  };
  const auto changed = co_await change(call.services, call.actor(), std::move(work));
  co_return changed ? json_response(200, to_json(*changed)) : problem(changed.error());
}

}  // namespace carillon::api
