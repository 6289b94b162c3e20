#include "mana/compress/stored_precision.h"

#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "mana/base/file.h"
#include "mana/formats/safetensors.h"
#include "mana/models/sentence/model_folder.h"
#include "mana/tensor/dtype.h"

namespace mana::compress {
namespace {

bool round_tensor(const formats::StoredTensor& stored, models::ChangedTensor& tensor) {
  if (stored.dtype != DType::f32 && stored.dtype != DType::f64) return true;
  std::vector<float> values(formats::element_count(stored.shape));
  formats::to_f32(stored, values);
  tensor.dtype = DType::bf16;
  tensor.bytes.resize(values.size() * size_of(DType::bf16));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint16_t rounded = float_to_bfloat16(values[i]);
    std::memcpy(tensor.bytes.data() + i * sizeof rounded, &rounded, sizeof rounded);
  }
  return true;
}

}  // namespace

void store_as_bf16(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> done;  // modules without weights share the model's folder
  for (const models::ListedModule& module : models::listed_modules(folder)) {
    if (formats::has_stored_weights(module.folder) && done.insert(module.folder.lexically_normal()).second)
      models::rewrite_weights(module.folder, round_tensor);
    if (module.type != "Transformer") continue;
    models::edit_json(module.folder / "config.json", [](models::Json& config) {
      if (!config.contains("dtype")) config["torch_dtype"] = "float32";
    });
  }
}

}  // namespace mana::compress
