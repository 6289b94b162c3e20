#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The folder of a sentence-transformers model, in the schema before 5.4 and the one since:
/// modules.json, config_sentence_transformers.json, sentence_bert_config.json, <n>_Pooling/config.json, …
namespace mana::formats {

enum class PoolingMode { cls, max, mean, mean_sqrt_len, weighted_mean, last_token };
enum class Similarity { cosine, dot, euclidean, manhattan };
/// The activations of torch.nn that a Dense module may name.
enum class Activation { identity, tanh, relu, gelu, sigmoid, silu };

/// "mean", "cls", …: the names of the newer schema. Throws ArgumentError for any other.
PoolingMode pooling_mode(std::string_view name);
std::string_view name_of(PoolingMode mode);
std::string_view name_of(Similarity similarity);
std::string_view name_of(Activation activation);

struct PoolingModule {
  std::vector<PoolingMode> modes;  ///< concatenated in this order
  bool include_prompt = true;      ///< false: the prompt's tokens are left out of the pooling
};

struct DenseModule {
  std::filesystem::path folder;  ///< holds model.safetensors with linear.weight [out, in] and linear.bias [out]
  std::size_t in_features = 0;
  std::size_t out_features = 0;
  bool bias = true;
  Activation activation = Activation::tanh;
  bool residual = false;
};

struct LayerNormModule {
  std::filesystem::path folder;  ///< holds model.safetensors with norm.weight and norm.bias
  std::size_t dimension = 0;
};

struct NormalizeModule {};

using SentenceModule = std::variant<PoolingModule, DenseModule, LayerNormModule, NormalizeModule>;

/// What a sentence-transformers folder says, with everything that it leaves open filled in.
struct SentenceFolder {
  std::filesystem::path folder;
  std::filesystem::path transformer;     ///< folder of config.json and the weights (mostly the folder itself)
  std::vector<SentenceModule> modules;   ///< after the transformer, in order
  bool modules_assumed = false;          ///< there was no modules.json: mean pooling was assumed
  std::optional<std::size_t> max_seq_length;  ///< sentence_bert_config.json; nothing in the newer schema
  bool lower_case = false;                    ///< do_lower_case of sentence_bert_config.json: the text is lower-cased first
  std::map<std::string, std::string> prompts;
  std::optional<std::string> default_prompt_name;
  std::optional<std::size_t> truncate_dim;
  Similarity similarity = Similarity::cosine;
};

/// Throws IoError or FormatError; a module, activation, pooling mode or similarity that is not known is refused by name.
SentenceFolder read_sentence_folder(const std::filesystem::path& folder);

}  // namespace mana::formats
