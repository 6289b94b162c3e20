#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <stop_token>
#include <string>

#include "mana/eval/embed_texts.h"

namespace mana::compress {

/// Turns the model's vectors so that `dimensions` numbers keep as much of their inner products on these texts as any
/// can: a Dense module of the principal axes of the vectors' second moment, y = W x (Jolliffe 2002, uncentred), and
/// behind it a Normalize where the model normalises. Not centred: the cosines would be of other vectors then, and agree
/// less (81.3 instead of 81.9 points on STS-B for all-MiniLM-L6-v2 with 256 dimensions). In place.
/// Throws ArgumentError for more dimensions than the model has, or fewer texts than dimensions; Cancelled.
void reduce_dimensions(const std::filesystem::path& folder, std::size_t dimensions, std::span<const std::string> texts,
                       unsigned threads, const eval::TextProgress& progress = {}, const std::stop_token& stop = {});

/// Cuts the model's vectors to their first numbers: `truncate_dim`, for models trained so (Kusupati et al. 2022,
/// arXiv:2205.13147, Matryoshka). Throws ArgumentError for more dimensions than the model has.
void keep_first_dimensions(const std::filesystem::path& folder, std::size_t dimensions);

}  // namespace mana::compress
