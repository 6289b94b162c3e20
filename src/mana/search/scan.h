#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <vector>

#include "mana/base/team.h"
#include "mana/kernels/table.h"
#include "mana/search/shortlist.h"
#include "mana/search/vectors.h"

namespace mana::search {

/// Documents that lie somewhere else, a mapped file perhaps, and stay there.
struct DocumentSource {
  std::size_t size = 0;
  /// Writes documents first, first + 1, … to `rows` [count, dimensions]; threads may call it at once.
  std::function<void(std::size_t first, std::size_t count, float* rows)> read;
};

/// Exact search by products, like Flat's, in which the queries are laid out and the documents pass by, each read once
/// for a thousand queries: nothing of them is kept. Order and errors are Flat's, and in f32 the bits.
std::vector<std::vector<Hit>> scan(const DocumentSource& documents, const Vectors& queries, std::size_t count,
                                   const kernels::Table& kernels, Team& team, const std::stop_token& stop = {});

}  // namespace mana::search
