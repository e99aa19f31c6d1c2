// The built web pages.
#pragma once

#include <filesystem>

#include "api/http_types.h"

namespace carillon::api {

/// Answers a GET from the folder of built pages: the file itself (its .br or .gz neighbour when the
/// client takes it), index.html for the paths of the pages' own router, a page that says how to
/// build the pages when they are missing. Files with a hash in their name (below assets/) are
/// cached for good, the rest is asked for again with its ETag. Nothing outside the folder is
/// served.
Response static_file(const std::filesystem::path& web_root, const Request& request);

}  // namespace carillon::api
