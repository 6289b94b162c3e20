#pragma once

#include <cstddef>
#include <vector>

#include "mana/search/shortlist.h"

namespace mana::search {

/// The lists of some queries.
using Shortlists = std::vector<Shortlist>;

/// The hits of each query in all of `lists`, [parts][queries]: what several threads found, each in documents of its
/// own. Throws ArgumentError for the first query of which a similarity was no finite number; the first of these queries
/// has the number `first_query` in its words.
std::vector<std::vector<Hit>> hits_of(std::vector<Shortlists> lists, std::size_t first_query = 0);

}  // namespace mana::search
