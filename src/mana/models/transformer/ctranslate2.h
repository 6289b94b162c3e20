#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "mana/formats/ctranslate2.h"
#include "mana/formats/ctranslate2_vocabulary.h"
#include "mana/formats/safetensors.h"
#include "mana/models/transformer/config.h"

/// A Transformer of CTranslate2 as one of ours.
namespace mana::models {

/// What the folder of a CTranslate2 model says of the tokens that stand around texts: its `config.json`, or without one
/// variables of older files, or CTranslate2's defaults.
struct Ctranslate2Tokens {
  std::string begin = "<s>", end = "</s>", unknown = "<unk>";
  std::string decoder_start = "<s>";
  bool source_begins = false;  ///< sources begin with `begin`
  bool source_ends = false;    ///< and end with `end`
};

/// Throws FormatError.
Ctranslate2Tokens read_ctranslate2_tokens(const std::filesystem::path& folder, const formats::Ctranslate2& model);

struct ConvertedTensor {
  std::string name;  ///< MarianMT's
  formats::Shape shape;
  std::vector<float> values;
};

struct ConvertedTransformer {
  TransformerConfig config;
  std::vector<ConvertedTensor> tensors;
  Ctranslate2Tokens tokens;
  formats::Ctranslate2Vocabularies vocabularies;
};

/// Reads `model.bin`, the vocabularies and `config.json` of a folder of CTranslate2: a Transformer with its norms
/// before or behind, with sinusoids or stored positions, tables shared or not, of any stored type. A decoder that
/// begins with a vector of zeros gets a token for it, <pad>, behind the others; it is never likely. What CTranslate2
/// has and this model has not (relative positions, gated feed-forward layers, …) is a FormatError that names the
/// variable. Throws IoError, FormatError.
ConvertedTransformer read_ctranslate2_transformer(const std::filesystem::path& folder);

}  // namespace mana::models
