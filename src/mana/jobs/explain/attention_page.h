#pragma once

#include <string>
#include <string_view>

#include "mana/jobs/explain/attention.h"

namespace mana::jobs {

/// What pages of attention are known by (pages/page.h).
inline constexpr std::string_view kAttentionPage = "explain attention";

/// Every head as a page: the numbers of all heads of a stack, and of the head that is chosen its weights, upon the text
/// and as a table of queries × keys that is drawn when it is asked for. The weights are packed: of each head a script
/// element that is no script holds, in base64, ∛p · levels of its weights p, a number of one or two bytes: one where
/// there are so many of them that two would make a page of more than some ten megabytes.
std::string attention_page(const ExplainedAttention& attention);

}  // namespace mana::jobs
