#include "mana/models/sentence/adapter.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/printable.h"
#include "mana/formats/lora_config.h"
#include "mana/hub/store.h"
#include "mana/models/families.h"

namespace mana::models {
namespace {

namespace fs = std::filesystem;
using formats::LoraConfig;
using formats::StoredTensor;
using formats::StoredWeights;

/// The tensors of one layer of the adapter.
struct LoraLayer {
  const StoredTensor* a = nullptr;     ///< [r, in]; of an embedding [r, rows]
  const StoredTensor* b = nullptr;     ///< [out, r]; of an embedding [width, r]
  const StoredTensor* bias = nullptr;  ///< of B: [out]
  bool embedding = false;
};

/// Removes `ending` where `name` has it.
bool cut_ending(std::string_view& name, std::string_view ending) {
  if (!name.ends_with(ending)) return false;
  name.remove_suffix(ending.size());
  return true;
}

std::vector<float> values_of(const StoredTensor& tensor) {
  std::vector<float> values(formats::element_count(tensor.shape));
  formats::to_f32(tensor, values);
  return values;
}

/// [rows, columns] as [columns, rows]
std::vector<float> transposed(const std::vector<float>& matrix, std::uint64_t rows, std::uint64_t columns) {
  std::vector<float> result(matrix.size());
  for (std::uint64_t row = 0; row < rows; ++row) {
    for (std::uint64_t column = 0; column < columns; ++column) {
      result[column * rows + row] = matrix[row * columns + column];
    }
  }
  return result;
}

class Adapter {
 public:
  Adapter(const fs::path& folder, const NameTable& names, StoredWeights& stored_weights)
      : config_(formats::read_lora_config(folder)),
        names_(names),
        file_(open(folder)),
        stored_weights_(stored_weights) {
    if (!file_.unread().empty()) {
      const auto& [name, tensor] = *file_.unread().begin();
      fail(name, fmt::format("is stored as {}, which is not read here", printable(tensor.type)));
    }
  }

  void merge() {
    for (const auto& [name, tensor] : file_.tensors()) sort(name, tensor);
    for (const auto& [name, tensor] : whole_) replace(name, *tensor);  // before a bias is added to one of them
    for (const auto& [name, layer] : layers_) merge(name, layer);
  }

 private:
  static formats::Safetensors open(const fs::path& folder) {
    if (!file_exists(folder / formats::kAdapterWeights) && file_exists(folder / "adapter_model.bin")) {
      throw IoError(
          fmt::format("{} has its adapter only as adapter_model.bin, a pickle of PyTorch, which is not safe "
                      "to read: save it again in Python, which writes {}",
                      folder.string(), formats::kAdapterWeights));
    }
    return formats::Safetensors::open(folder / formats::kAdapterWeights);
  }

  [[noreturn]] void fail(std::string_view name, std::string_view what) const {
    throw FormatError(fmt::format("{}: {} {}", file_.file().path().string(), printable(name), what));
  }

  /// Puts a tensor to its layer, by the name that PEFT gives it: "base_model.model.<layer>.lora_A.weight".
  void sort(const std::string& full_name, const StoredTensor& tensor) {
    std::string_view name = full_name;
    for (const std::string_view prefix : {"base_model.model.", "base_model."}) {
      if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    }
    name = names_.without_prefix(name);
    static constexpr std::pair<std::string_view, const StoredTensor * LoraLayer::*> kParts[] = {
        {".lora_A.weight", &LoraLayer::a},         {".lora_B.weight", &LoraLayer::b},
        {".lora_A.default.weight", &LoraLayer::a}, {".lora_B.default.weight", &LoraLayer::b},
        {".lora_B.bias", &LoraLayer::bias},        {".lora_embedding_A", &LoraLayer::a},
        {".lora_embedding_B", &LoraLayer::b}};
    for (const auto& [ending, part] : kParts) {
      if (!cut_ending(name, ending)) continue;
      LoraLayer& layer = layers_[std::string(name)];
      layer.*part = &tensor;
      layer.embedding = ending.starts_with(".lora_embedding");
      return;
    }
    if (name.find("lora_") != std::string_view::npos || name.find("trainable_tokens") != std::string_view::npos) {
      fail(full_name,
           "is a part of an adapter that is not supported: merge it in Python with PEFT's "
           "merge_and_unload() and save the model");
    }
    whole_[std::string(name)] = &tensor;
  }

  /// The name that a tensor of the encoder has in this checkpoint; nothing when there is none.
  std::optional<std::string> stored_name(const std::string& name) const {
    std::string full = names_.name_in(stored_weights_, name);
    if (stored_weights_.find(full) == nullptr) return std::nullopt;
    return full;
  }

  /// Biases that were trained, and layers that the adapter has whole.
  void replace(std::string name, const StoredTensor& tensor) {
    const std::string shown = name;
    if (const std::size_t wrapped = name.find(".base_layer."); wrapped != std::string::npos) {
      name.erase(wrapped, std::string_view(".base_layer").size());
    }
    const std::string layer = name.substr(0, name.rfind('.'));
    const bool saved = std::ranges::any_of(config_.modules_to_save, [&](const std::string& module) {
      return fmt::format(".{}.", layer).find(fmt::format(".{}.", module)) != std::string::npos;
    });
    const bool bias =
        name.ends_with(".bias") && (config_.bias == LoraConfig::Bias::all ||
                                    (config_.bias == LoraConfig::Bias::lora_only && config_.targets(layer)));
    const bool table = name.ends_with("_embeddings.weight");  // PEFT saves those that are targets, or were made longer
    if (!saved && !bias && !table) fail(shown, "is neither of LoRA nor what bias and modules_to_save name");
    if (!names_.is_of_the_encoder(name)) return;  // heads and the pooler have no influence on vectors
    const auto place = stored_name(name);
    if (!place) fail(shown, "is for a part that the base model has not");
    const StoredTensor& old = stored_weights_.at(*place);
    if (old.shape != tensor.shape) {
      fail(shown, fmt::format("has the shape {}, but the base model's is {}", formats::to_string(tensor.shape),
                              formats::to_string(old.shape)));
    }
    stored_weights_.replace(*place, values_of(tensor));
  }

  /// W + scaling · B A, and b + scaling · the bias of B
  void merge(const std::string& name, const LoraLayer& layer) {
    if (layer.a == nullptr || layer.b == nullptr) {
      fail(name, fmt::format("has no {}", layer.a == nullptr ? "lora_A" : "lora_B"));
    }
    if (!config_.targets(name)) fail(name, fmt::format("is a layer that {} does not target", formats::kAdapterConfig));
    if (!names_.is_of_the_encoder(name)) return;
    const auto place = stored_name(name + ".weight");
    if (!place) fail(name, "is a layer that the base model has not");
    const StoredTensor& base = stored_weights_.at(*place);
    const std::uint64_t rank = config_.rank(name);
    if (base.shape.size() != 2) fail(name, "is no matrix in the base model");
    const std::uint64_t rows = base.shape[0], columns = base.shape[1];
    const formats::Shape a = {rank, layer.embedding ? rows : columns}, b = {layer.embedding ? columns : rows, rank};
    if (layer.a->shape != a || layer.b->shape != b) {
      fail(name, fmt::format("has the shapes {} and {}, but rank {} of a layer {} needs {} and {}",
                             formats::to_string(layer.a->shape), formats::to_string(layer.b->shape), rank,
                             formats::to_string(base.shape), formats::to_string(a), formats::to_string(b)));
    }
    const double scaling = config_.scaling(name);
    std::vector<float> weights = values_of(base);
    std::vector<float> left = values_of(*layer.b), right = values_of(*layer.a);  // [rows, r] and [r, columns]
    if (layer.embedding) {
      std::swap(left, right);
      left = transposed(left, rank, rows);
      right = transposed(right, columns, rank);
    }
    std::vector<double> change(columns);
    for (std::uint64_t row = 0; row < rows; ++row) {
      std::ranges::fill(change, 0);
      for (std::uint64_t i = 0; i < rank; ++i) {
        const double factor = left[row * rank + i];
        for (std::uint64_t column = 0; column < columns; ++column) {
          change[column] += factor * double{right[i * columns + column]};
        }
      }
      for (std::uint64_t column = 0; column < columns; ++column) {
        float& weight = weights[row * columns + column];
        weight = static_cast<float>(double{weight} + scaling * change[column]);
      }
    }
    stored_weights_.replace(*place, std::move(weights));
    if (layer.bias != nullptr) add_bias(name, *layer.bias, scaling);
  }

  void add_bias(const std::string& name, const StoredTensor& tensor, double scaling) {
    const auto place = stored_name(name + ".bias");
    if (!place || stored_weights_.at(*place).shape != tensor.shape)
      fail(name, "has a bias that does not fit the base model's");
    std::vector<float> bias = values_of(stored_weights_.at(*place));
    const std::vector<float> change = values_of(tensor);
    for (std::size_t i = 0; i < bias.size(); ++i) {
      bias[i] = static_cast<float>(double{bias[i]} + scaling * double{change[i]});
    }
    stored_weights_.replace(*place, std::move(bias));
  }

  LoraConfig config_;
  const NameTable& names_;
  formats::Safetensors file_;
  StoredWeights& stored_weights_;
  std::map<std::string, LoraLayer> layers_;
  std::map<std::string, const StoredTensor*> whole_;
};

}  // namespace

fs::path encoder_folder(const formats::SentenceFolder& folder) {
  if (!folder.adapter || file_exists(folder.transformer / "config.json")) return folder.transformer;
  const std::string base = formats::read_lora_config(folder.transformer).base;
  const auto fail = [&](std::string_view why) {
    throw ArgumentError(
        fmt::format("{} is an adapter without the model that it belongs to, and its base_model_name_or_path is {}: {}",
                    folder.transformer.string(), base.empty() ? "missing" : printable(base), why));
  };
  if (base.empty()) fail("put config.json and model.safetensors of that model beside it");
  fs::path found;
  try {
    found = folder_exists(base) ? fs::path(base) : hub::Store::from_environment().resolve(base);
  } catch (const ArgumentError& error) {
    fail(error.what());
  }
  std::error_code ignored;
  if (fs::equivalent(found, folder.transformer, ignored))
    fail("that is the adapter's own folder, without a config.json");
  return found;
}

StoredWeights open_encoder(const formats::SentenceFolder& folder) {
  StoredWeights stored_weights = StoredWeights::open(encoder_folder(folder));
  if (folder.adapter) {
    const NameTable& names = names_of(read_encoder_config(stored_weights.folder()));
    Adapter(folder.transformer, names, stored_weights).merge();
  }
  return stored_weights;
}

}  // namespace mana::models
