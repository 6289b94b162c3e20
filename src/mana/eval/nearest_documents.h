#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "mana/base/team.h"
#include "mana/engine/encoder.h"

namespace mana::eval {

/// For each query the numbers of the `count` most similar documents (all, where there are fewer), most similar first;
/// equal similarities in the order of the documents. Every pair is compared, in f32: the result is exact, and the same
/// for any number of threads. Throws ArgumentError for vectors of different width, Cancelled once `stop` is requested.
std::vector<std::vector<std::uint32_t>> nearest_documents(const engine::Embeddings& queries,
                                                          const engine::Embeddings& documents,
                                                          formats::Similarity measure, std::size_t count, Team& team,
                                                          const std::stop_token& stop = {});

}  // namespace mana::eval
