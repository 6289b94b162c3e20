#include "mana/models/masked/masked_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "mana/base/errors.h"
#include "mana/models/bert/head_names.h"

namespace mana::models {
namespace {

constexpr std::string_view kEncoder = "encoder.", kDecoder = "decoder.", kPrefix = "bert.";
/// One tensor with two names in transformers, which has written it under either.
constexpr std::string_view kDecoderBias = "cls.predictions.bias", kOtherDecoderBias = "cls.predictions.decoder.bias";

}  // namespace

MaskedFiles::MaskedFiles(const std::filesystem::path& folder, const MaskedModelConfig& config)
    : MaskedFiles(folder, config, formats::StoredWeights::open(folder)) {}

MaskedFiles::MaskedFiles(const std::filesystem::path& folder, const MaskedModelConfig& config,
                         formats::StoredWeights weights)
    : folder_(folder), config_(config), weights_(std::make_shared<const formats::StoredWeights>(std::move(weights))) {}

const NameTable& MaskedFiles::names_of(const std::string& part) const {
  if (part.starts_with(kDecoder)) return kBertDecoderNames;
  return part.starts_with(kEncoder) ? config_.names() : kBertHeadNames;
}

std::string_view MaskedFiles::own_name(std::string_view part) {
  return part.starts_with(kEncoder) ? part.substr(kEncoder.size()) : part;
}

std::string MaskedFiles::name_in_file(const std::string& tensor) const {
  std::string bare = kBertHeadNames.name_in(*weights_, tensor);
  if (tensor == kDecoderBias && weights_->find(tensor) == nullptr) return std::string(kOtherDecoderBias);
  if (!tensor.starts_with(kPrefix)) return bare;
  const std::string of_encoder = config_.names().name_in(*weights_, tensor.substr(kPrefix.size()));
  return weights_->find(of_encoder) != nullptr ? of_encoder : bare;
}

std::vector<FileTensor> MaskedFiles::located(const std::string& part, const std::vector<PartTensor>& tensors) const {
  std::vector<FileTensor> located;
  located.reserve(tensors.size());
  for (const PartTensor& tensor : tensors) {
    const std::string_view prefix = part.starts_with(kEncoder) ? kPrefix : "";
    const std::string name = fmt::format("{}{}", prefix, tensor.name);
    located.push_back({folder_, weights_ ? name_in_file(name) : name, tensor.shape, tensor.bias, name});
  }
  return located;
}

bool MaskedFiles::has_all(const std::vector<FileTensor>& tensors) const {
  return weights_ && std::ranges::all_of(
                         tensors, [this](const FileTensor& tensor) { return weights_->find(tensor.name) != nullptr; });
}

std::vector<FileTensor> MaskedFiles::checked(std::vector<FileTensor> tensors) const {
  if (!weights_) return tensors;
  for (const FileTensor& tensor : tensors) {
    if (const formats::Shape& stored = weights_->at(tensor.name).shape; stored != tensor.shape) {
      throw FormatError(fmt::format("{}: tensor {} has shape {}, but config.json makes it {}", folder_.string(),
                                    tensor.name, formats::to_string(stored), formats::to_string(tensor.shape)));
    }
  }
  return tensors;
}

std::vector<float> MaskedFiles::values(const FileTensor& tensor) { return weights_->f32(tensor.name, tensor.shape); }

}  // namespace mana::models
