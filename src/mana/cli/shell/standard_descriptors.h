#pragma once

namespace mana::cli {

/// Holds the places of standard input, output and error that the caller has closed (`mana … >&- 2>&-`), before any file
/// is opened: else the first file would take the place, and what is said would be written into results. Reading from or
/// writing to such a one fails, as it would without this; what goes to standard error is lost.
void hold_closed_descriptors();

}  // namespace mana::cli
