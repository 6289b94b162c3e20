#pragma once

#include <cstddef>

namespace mana::data {

/// What became of asking each of several files for its next text, whose places belong together. Either all gave one, or
/// none; else one ended before another.
template <class File>
struct SideBySide {
  File* ended = nullptr;   ///< one that has no more
  File* longer = nullptr;  ///< one that gave a text

  bool uneven() const { return ended != nullptr && longer != nullptr; }
};

/// `next(file, i)` takes the next text of the i-th file and is false at its end.
template <class File, class Files, class Next>
SideBySide<File> next_of_each(Files& files, const Next& next) {
  SideBySide<File> found;
  std::size_t i = 0;
  for (File& file : files) (next(file, i++) ? found.longer : found.ended) = &file;
  return found;
}

}  // namespace mana::data
