#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "mana/data/text_source.h"
#include "mana/data/waiting.h"

namespace mana::data {

/// Texts that are worked on together: enough to sort them and to keep all threads busy, little enough to hold in
/// memory.
struct WindowLimits {
  std::size_t texts = 0;
  std::size_t bytes = 0;
};

/// The texts of `source`, a window at a time, the last of them maybe smaller; while the source waits for its writer,
/// what has come so far goes on. `work` is never called without texts, and may change the limits of the next
/// window. Throws Cancelled where the waiting is stopped, else what `source` and `work` throw.
void for_each_window(const TextSource& source, const Waiting& waiting, const WindowLimits& limits,
                     const std::function<void(std::vector<std::string>& texts)>& work);

}  // namespace mana::data
