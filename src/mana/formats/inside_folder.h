#pragma once

#include <string_view>

namespace mana::formats {

/// Whether a path that a model's own files name stays inside the model's folder: it is relative, and has no "..", no
/// backslash (a separator elsewhere) and no NUL. Symbolic links are followed: the hub's cache is made of them.
bool stays_inside(std::string_view relative);

}  // namespace mana::formats
