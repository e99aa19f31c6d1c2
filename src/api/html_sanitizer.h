// HTML of scripts: only what a script needs may stay.
#pragma once

#include <string>
#include <string_view>

namespace carillon::api {

/// Takes everything out of a piece of HTML that is not on an allow-list of elements and attributes;
/// the text inside forbidden elements stays, that of script, style and the like goes. The result is
/// well-formed, has quoted attributes, and cleaning it again changes nothing. Placeholders
/// ({{first_name}}) stay. Any thread.
std::string sanitize_html(std::string_view html);

}  // namespace carillon::api
