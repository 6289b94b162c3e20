#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "mana/models/transformer/config.h"

namespace mana::jobs {

/// A model of another program as a folder of ours.
struct ConvertOptions {
  std::filesystem::path source;
  std::filesystem::path output;  ///< a folder that is not there yet, or empty; it appears when it is complete
  bool force = false;            ///< write it in the place of an older translator where there is one
};

/// What its texts are cut by.
enum class ConvertedTokenizer {
  sentencepiece,  ///< source.spm and target.spm, which lay beside the model
  characters,     ///< each is a token
  spaces,         ///< texts are given as tokens between spaces
};

struct ConvertResult {
  models::TransformerConfig config;
  std::uint64_t parameters = 0;
  ConvertedTokenizer tokenizer = ConvertedTokenizer::spaces;
};

/// A Transformer in CTranslate2's form (models/transformer/ctranslate2.h). Writes config.json, model.safetensors in
/// f32, generation_config.json with CTranslate2's defaults of searching and the tokenizers of both languages, and reads
/// them again before the folder gets its name. Throws IoError, FormatError, ArgumentError where the output lies in the
/// source or holds it.
ConvertResult convert_ctranslate2(const ConvertOptions& options);

}  // namespace mana::jobs
