#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "mana/formats/safetensors.h"
#include "mana/kernels/activation.h"

namespace mana::models {

/// The sizes of a BERT encoder (Devlin et al. 2019), from the `config.json` of its folder.
struct BertConfig {
  std::size_t vocabulary = 0;
  std::size_t positions = 0;  ///< the longest text, in tokens
  std::size_t types = 0;
  std::size_t model = 0;  ///< d_model
  std::size_t inner = 0;  ///< width of the feed-forward layer
  std::size_t layers = 0;
  std::size_t heads = 0;
  float norm_epsilon = 1e-12f;
  float hidden_dropout = 0.1f;     ///< in training
  float attention_dropout = 0.1f;  ///< in training
  kernels::Activation activation = kernels::Activation::gelu;
  std::string activation_name = "gelu";  ///< as the file calls it
};

/// Throws IoError or FormatError; another architecture or kind of positions is refused by name.
BertConfig read_bert_config(const std::filesystem::path& folder);

/// One tensor of a BERT checkpoint, without the prefix that a head model puts before its names.
struct BertTensor {
  std::string name;
  formats::Shape shape;
  std::string part;  ///< "embeddings", "encoder layer 3", …: what it is counted under
};

/// Every tensor that the encoder is made of, in the order of the model.
std::vector<BertTensor> bert_tensors(const BertConfig& config);

/// The same tensors with their names in this checkpoint: head models put "bert." before them, old ones say gamma and
/// beta. Throws FormatError that names the first that is missing.
std::vector<BertTensor> bert_tensors_in(const formats::Checkpoint& checkpoint, const BertConfig& config);

}  // namespace mana::models
