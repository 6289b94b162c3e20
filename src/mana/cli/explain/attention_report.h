#pragma once

#include <string>

#include "mana/jobs/explain/attention.h"

namespace mana::cli {

/// The numbers of every head and layer, a table for each stack.
std::string text_of(const jobs::ExplainedAttention& attention);

/// Prints a JSON object in one line, head by head, so that no text of millions of weights is held in memory. `weights`:
/// whether to print these, too.
void print_json(const jobs::ExplainedAttention& attention, bool weights);

}  // namespace mana::cli
