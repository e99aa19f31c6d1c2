// Which text both databases can keep.
#pragma once

#include <string_view>

namespace carillon::store {

/// True for well-formed UTF-8 (RFC 3629: shortest form, no surrogates, up to U+10FFFF) without a
/// zero byte, which PostgreSQL cannot hold.
bool is_storable_text(std::string_view text);

}  // namespace carillon::store
