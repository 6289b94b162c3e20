#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "mana/subwords/bpe_trainer.h"
#include "mana/subwords/options.h"

/// A trained tokenizer as a folder that Mana, the Rust `tokenizers` and transformers read, each with the same ids:
/// `tokenizer.json` as the Rust library lays it out, `tokenizer_config.json`, and the vocabulary by itself. Throws
/// IoError.
namespace mana::subwords {

/// With vocab.txt. `pieces` are those of train_wordpiece() with these options.
void write_wordpiece(const std::filesystem::path& folder, const std::vector<std::string>& pieces,
                     const Options& options);

/// With vocab.json and merges.txt.
void write_byte_bpe(const std::filesystem::path& folder, const TrainedBytePairs& trained, const Options& options);

}  // namespace mana::subwords
