#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/formats/safetensors.h"
#include "mana/nn/embedding.h"
#include "mana/nn/layer_norm.h"
#include "mana/nn/linear.h"

/// What the parts of a model are called here and in the checkpoints of Hugging Face.
namespace mana::models {

/// A row of a family's table. '*' stands for the number of a layer.
struct PartNames {
  /// "layers.*.attend.output". Or a single tensor of a part, "decoder.bias"; its row counts more than the part's.
  std::string_view ours;
  /// What its tensors are called there, without ".weight" and ".bias" but in a row for one tensor. Several where linear
  /// maps that are one product here are tensors of their own there.
  std::array<std::string_view, 3> theirs;
  std::string_view shown = "";  ///< what the part is counted under: "encoder layer *"
};

/// A tensor of a part in a checkpoint.
struct PartTensor {
  std::string name;
  formats::Shape shape;
  bool bias = false;  ///< of a linear map; or a norm's shift
};

/// The table of a family, both ways. Parts whose tensors have the same name are tied: they have one parameter.
class NameTable {
 public:
  /// `prefix`: what head models put before every name ("bert."). Keeps `rows`, the caller's.
  constexpr NameTable(std::span<const PartNames> rows, std::string_view prefix) : rows_(rows), prefix_(prefix) {}

  /// The tensors of a part, in the order of checkpoints: of each linear map its weight, then its bias.
  /// Throws std::out_of_range for a part that is not in the table.
  std::vector<PartTensor> tensors(std::string_view part, const nn::EmbeddingTable& table) const;
  std::vector<PartTensor> tensors(std::string_view part, const nn::LayerNorm& norm) const;
  std::vector<PartTensor> tensors(std::string_view part, const nn::Linear& linear) const;

  /// The part that a checkpoint's tensor, or a layer of it, belongs to; nothing for one that is not read here.
  std::optional<std::string> part(std::string_view tensor) const;
  /// Whether a tensor, or a layer that has some, is named like one of the encoder: "encoder.layer.9.anything".
  bool is_of_the_encoder(std::string_view name) const;
  /// What a part is counted under.
  std::string shown(std::string_view part) const;

  /// The number of the layer in the name of a tensor, and where it stands in it.
  struct Layer {
    std::size_t begin;
    std::size_t end;
    std::size_t number;
  };
  std::optional<Layer> layer(std::string_view tensor) const;

  /// A tensor's name in this checkpoint: head models put the prefix before it, old ones say gamma and beta. The name
  /// that it should have where there is no such tensor.
  std::string name_in(const formats::StoredWeights& stored_weights, const std::string& tensor) const;

  /// The name without the prefix that head models put before it.
  std::string_view without_prefix(std::string_view name) const;

 private:
  std::vector<std::string> names(std::string_view part, std::string_view kind) const;

  std::span<const PartNames> rows_;
  std::string_view prefix_;
};

}  // namespace mana::models
