#pragma once

#include <string>
#include <string_view>

namespace mana::hub {

/// An address as it may stand in a message: without what gives access, a name and a password before the host and the
/// query behind the path, which may hold a signature.
std::string shown_address(std::string_view url);

}  // namespace mana::hub
