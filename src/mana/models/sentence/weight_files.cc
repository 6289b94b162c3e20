#include "mana/models/sentence/weight_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "mana/base/errors.h"
#include "mana/models/sentence/adapter.h"

namespace mana::models {
namespace {

namespace fs = std::filesystem;
using formats::StoredWeights;

/// What sentence-transformers calls the parts of its modules.
constexpr PartNames kModuleParts[] = {{"linear", {"linear"}}, {"shortcut", {"residual"}}, {"norm", {"norm"}}};
constexpr NameTable kModuleNames(kModuleParts, "");

}  // namespace

WeightFiles::WeightFiles(const formats::SentenceFolder& folder, const std::vector<formats::SentenceModule>& modules,
                         const SentenceModel& model, Files files)
    : folder_(folder),
      encoder_in_file_(files == Files::there && !std::holds_alternative<StaticEmbedding>(model.encoder)) {
  std::size_t head = 0;
  for (const formats::SentenceModule& module : modules) {
    if (std::holds_alternative<formats::PoolingModule>(module)) continue;  // it became no head
    const fs::path* const weights = formats::weights_folder(module);
    if (weights != nullptr) homes_.push_back({fmt::format("heads.{}.", head), *weights, &kModuleNames});
    ++head;
  }
  const NameTable& names =
      std::visit([](const auto& encoder) -> const NameTable& { return encoder.names(); }, model.encoder);
  homes_.push_back({"", folder.transformer, &names});
}

const WeightFiles::Home& WeightFiles::home_of(std::string_view part) const {
  return *std::ranges::find_if(homes_, [&](const Home& home) { return part.starts_with(home.part); });
}

std::vector<FileTensor> WeightFiles::located(const Home& home, std::vector<PartTensor> tensors) {
  const bool encoder = home.part.empty();
  std::vector<FileTensor> located;
  located.reserve(tensors.size());
  for (PartTensor& tensor : tensors) {
    FileTensor found{home.folder, std::move(tensor.name), std::move(tensor.shape), tensor.bias, ""};
    if (encoder && encoder_in_file_) {
      const auto file = open(home.folder);
      found.name = home.names->name_in(*file, found.name);
      require_shape(*file, found.name, found.shape);
    }
    found.parameter = encoder ? found.name : fmt::format("{}/{}", home.folder.filename().string(), found.name);
    located.push_back(std::move(found));
  }
  return located;
}

std::vector<float> WeightFiles::values(const FileTensor& tensor) {
  return open(tensor.folder)->f32(tensor.name, tensor.shape);
}

std::shared_ptr<const StoredWeights> WeightFiles::stored_weights(const FileTensor& tensor) {
  return open(tensor.folder);
}

std::shared_ptr<const StoredWeights> WeightFiles::open(const fs::path& folder) {
  if (!stored_weights_ || open_ != folder) {
    const bool encoder = folder == folder_.transformer;
    stored_weights_ =
        std::make_shared<const StoredWeights>(encoder ? open_encoder(folder_) : StoredWeights::open(folder));
    open_ = folder;
  }
  return stored_weights_;
}

void require_shape(const StoredWeights& stored_weights, const std::string& tensor, const formats::Shape& shape) {
  const formats::Shape& stored = stored_weights.at(tensor).shape;
  if (stored == shape) return;
  throw FormatError(fmt::format("{}: tensor {} has shape {}, but config.json makes it {}",
                                stored_weights.folder().string(), tensor, formats::to_string(stored),
                                formats::to_string(shape)));
}

}  // namespace mana::models
