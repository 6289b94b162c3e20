#pragma once

#include <cstddef>

#include "mana/data/text_windows.h"

namespace mana::generate {

/// How many texts of a stream are translated before they are handed on: enough for every thread to have full rows,
/// little enough to be seen, and kept, soon. How long texts take differs a hundredfold between models, so a window
/// follows from the time of the last one: twice as many texts where that was short, half as many where it was long.
data::WindowLimits first_window();
/// After a window of so many texts, which took so long: what a stream gave before it had to wait, or so many bytes as
/// fill a window, says nothing of more.
data::WindowLimits next_window(data::WindowLimits last, std::size_t texts, double seconds);

}  // namespace mana::generate
