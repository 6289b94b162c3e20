#pragma once

#include <string>
#include <string_view>

namespace mana {

/// Files that a job goes on from know its options by the flags of the program: "--layer-decay", "the rows of --data".
/// The same for a message of the library, with the names of its structs between grave accents: `layer_decay`, the rows
/// of `data`.
std::string stored_option(std::string_view stored);

}  // namespace mana
