#pragma once

#include "mana/formats/packed_file.h"
#include "mana/formats/sentence_folder.h"

namespace mana::models {

/// What is taken of the ordinary files to know them again: their weights (of the transformer and of the modules behind
/// it) and the files of the tokenizer. Configurations are no part of it: they are read at every start.
///
/// sample   names, types and shapes of all tensors, the first and the middle 64 bytes of each, and the whole tokenizer:
///          under a millisecond, and different for any other training of the same model
/// content  every byte of them
///
/// Both throw IoError or FormatError where the ordinary files cannot be read.
std::uint64_t origin_sample(const formats::SentenceFolder& folder);
std::uint64_t origin_content(const formats::SentenceFolder& folder);

}  // namespace mana::models
