#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <string>

#include "mana/engine/encoder.h"

namespace mana::eval {

/// Told how many of the texts are done.
using TextProgress = std::function<void(std::size_t texts)>;

/// The vectors of all texts, with word of the progress. Throws Cancelled once `stop` is requested.
engine::Embeddings embed_texts(const engine::Encoder& encoder, std::span<const std::string> texts,
                               const TextProgress& progress = {}, std::stop_token stop = {});

/// Texts of which some did not reach the vector.
std::size_t truncated_texts(const engine::Embeddings& rows);

}  // namespace mana::eval
