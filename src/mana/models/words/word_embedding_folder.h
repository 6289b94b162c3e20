#pragma once

#include <filesystem>
#include <optional>

#include "mana/base/atomic_folder.h"
#include "mana/formats/word_vectors.h"
#include "mana/text/word_segmenter.h"

namespace mana::models {

/// Writes a folder that is a model like any other: a StaticEmbedding with a word-level `tokenizer.json` that cuts text
/// as `segmentation` does, so that a text's vector is the mean of its words'. With `sif` (a in Arora, Liang and Ma
/// 2017, about 1e-3) frequent words weigh less in it:
///
///   table[w] = a / (a + p(w)) · v(w),      p(w): the word's share of the corpus
///
/// Words that are not known have a vector of zeros. Throws IoError, also when the folder is not empty and may not be
/// replaced; ArgumentError for a word that is there twice or not UTF-8, and for `sif` without counts.
void write_word_embedding_folder(const std::filesystem::path& folder, const formats::WordVectors& vectors,
                                 const text::WordSegmentation& segmentation, std::optional<double> sif = std::nullopt,
                                 AtomicFolder::Existing existing = AtomicFolder::Existing::refuse);

/// The words and vectors of such a folder, or of any other whose encoder is a static embedding: one for each token.
/// They stay where their file has them if that holds f32. Throws IoError, FormatError; ArgumentError for another kind
/// of model.
formats::WordVectors open_word_embedding_folder(const std::filesystem::path& folder);

}  // namespace mana::models
