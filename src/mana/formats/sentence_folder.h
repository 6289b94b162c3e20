#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mana/kernels/activation.h"
#include "mana/nn/pooling.h"
#include "mana/search/similarity.h"

/// The folder of a sentence-transformers model, in the schema before 5.4 and the one since:
/// modules.json, config_sentence_transformers.json, sentence_bert_config.json, <n>_Pooling/config.json, …
namespace mana::formats {

using PoolingMode = nn::Pooling;
using Similarity = search::Similarity;
using Activation = kernels::Activation;

/// "cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken": the names of the newer schema.
/// Throws ArgumentError for any other.
PoolingMode pooling_mode(std::string_view name);
std::string_view name_of(PoolingMode mode);
/// Several of them, as "cls+max" with a separator of "+".
std::string names_of(std::span<const PoolingMode> modes, std::string_view separator);
std::string_view name_of(Similarity similarity);

/// Token vectors [tokens, d] to one vector [modes · d].
struct PoolingModule {
  std::vector<PoolingMode> modes;        ///< at least one; concatenated in this order
  bool include_prompt = true;            ///< false: the prompt's tokens are left out of the pooling (not of attention)
  std::optional<std::size_t> dimension;  ///< d, where the file says it
};

/// activation(x Wᵀ + b), and with `residual` + x, or + x Rᵀ where the sizes differ.
struct DenseModule {
  /// Its model.safetensors holds linear.weight [out, in], linear.bias [out], residual.weight [out, in].
  std::filesystem::path folder;
  std::size_t in_features = 0;
  std::size_t out_features = 0;
  bool bias = true;
  Activation activation = Activation::tanh;
  bool residual = false;
};

/// Over the sentence vector, with torch's own epsilon of 1e-5.
struct LayerNormModule {
  std::filesystem::path folder;  ///< model.safetensors: norm.weight [dimension], norm.bias [dimension]
  std::size_t dimension = 0;
};

/// x / max(‖x‖, 1e-12)
struct NormalizeModule {};

using SentenceModule = std::variant<PoolingModule, DenseModule, LayerNormModule, NormalizeModule>;

/// The folder with a module's weights; null where it has none.
const std::filesystem::path* weights_folder(const SentenceModule& module);

/// What a sentence-transformers folder says, with what it leaves open filled in as sentence-transformers does.
struct SentenceFolder {
  std::filesystem::path folder;
  /// Each token gets a vector that depends on its text: special tokens stand around it, and a pooling follows. Else it
  /// is a static embedding: the mean of one vector for each token of the vocabulary.
  bool contextual = true;
  std::filesystem::path transformer;  ///< the encoder's folder, with its weights (mostly the folder itself)
  bool adapter =
      false;  ///< `transformer` has a LoRA adapter, which is merged with the weights (models/sentence/adapter.h)
  std::vector<SentenceModule> modules;  ///< after the encoder, in order: a transformer's pooling first, then the others
  bool modules_assumed = false;         ///< there was no modules.json: mean pooling was assumed, nothing else was read
  /// sentence_bert_config.json; nothing in the newer schema. A static embedding's: the truncation in tokenizer.json.
  std::optional<std::size_t> max_seq_length;
  bool lower_case = false;                         ///< do_lower_case there: Lowercase before the tokenizer's stages
  std::map<std::string, std::string> prompts;      ///< by name; "query" and "document" always are there, maybe empty
  std::optional<std::string> default_prompt_name;  ///< one of `prompts`, used when no other is asked for
  std::optional<std::size_t> truncate_dim;  ///< cut after all modules; sentence-transformers does not normalise again
  Similarity similarity = Similarity::cosine;
  /// What was assumed or left out, a sentence each: for the people who use the vectors.
  std::vector<std::string> notes;
};

/// Reads both schemas. Dropout modules are left out: they do nothing outside training. Throws IoError when the folder
/// or a module's file is missing, FormatError when one is malformed, or names what is not known here (a module,
/// activation, pooling mode, similarity, or another kind of model): that is refused by name, never guessed.
SentenceFolder read_sentence_folder(const std::filesystem::path& folder);

}  // namespace mana::formats
