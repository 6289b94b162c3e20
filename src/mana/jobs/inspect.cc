#include "mana/jobs/inspect.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <system_error>

#include "mana/formats/packed_file.h"
#include "mana/models/sentence/adapter.h"
#include "mana/models/sentence/encoder_tensors.h"
#include "mana/models/sentence/packed_model.h"

namespace mana::jobs {
namespace {

std::string step_of(const formats::SentenceModule& module, const formats::SentenceFolder& folder) {
  if (const auto* pooling = std::get_if<formats::PoolingModule>(&module)) {
    std::vector<std::string_view> names;
    names.reserve(pooling->modes.size());
    for (const formats::PoolingMode mode : pooling->modes) names.push_back(formats::name_of(mode));
    return fmt::format("pooling {}{}{}", fmt::join(names, "+"), pooling->include_prompt ? "" : " without prompt",
                       folder.modules_assumed ? " (assumed: there is no modules.json)" : "");
  }
  if (const auto* dense = std::get_if<formats::DenseModule>(&module)) {
    return fmt::format("dense {}->{} {}{}", dense->in_features, dense->out_features,
                       kernels::name_of(dense->activation), dense->residual ? " with residual" : "");
  }
  if (const auto* norm = std::get_if<formats::LayerNormModule>(&module)) {
    return fmt::format("layer norm {}", norm->dimension);
  }
  return "normalize";
}

std::vector<std::string> pipeline_of(const engine::Encoder& encoder, const std::string& encoder_step) {
  const formats::SentenceFolder& folder = encoder.folder();
  std::vector<std::string> steps;
  if (folder.default_prompt_name) steps.push_back(fmt::format("prompt '{}'", *folder.default_prompt_name));
  if (folder.lower_case) steps.emplace_back("lower case");
  steps.push_back(encoder.max_tokens() ? fmt::format("tokens, at most {}", *encoder.max_tokens()) : "tokens");
  steps.push_back(encoder_step);
  for (const formats::SentenceModule& module : folder.modules) steps.push_back(step_of(module, folder));
  if (folder.truncate_dim) steps.push_back(fmt::format("first {} dimensions", *folder.truncate_dim));
  return steps;
}

InspectedFile file_at(const std::filesystem::path& path, const std::filesystem::path& folder) {
  InspectedFile file{path.lexically_relative(folder).string(), std::filesystem::file_size(path), {}, {}};
  if (formats::is_weight_file(path)) {
    const formats::WeightFile weights = formats::WeightFile::open(path);
    file.weights.emplace().tensors = weights.tensors().size() + weights.unread().size();
    for (const auto& [name, tensor] : weights.tensors()) {
      ++file.weights->dtypes[std::string(mana::name_of(tensor.dtype))];
    }
    for (const auto& [name, tensor] : weights.unread()) ++file.weights->dtypes[tensor.type];
  } else if (path.extension() == ".mana") {
    const formats::PackedFile packed = formats::PackedFile::open(path);
    file.packed = {packed.version(), packed.sections().size()};
  }
  return file;
}

std::vector<InspectedFile> files_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    std::error_code broken;  // a link to nothing is no file
    if (entry.is_regular_file(broken)) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<InspectedFile> files;
  files.reserve(paths.size());
  for (const std::filesystem::path& path : paths) files.push_back(file_at(path, folder));
  return files;
}

WeightOrigin weights_of(const engine::Encoder& encoder) {
  WeightOrigin weights{encoder.packed_model().has_value(), encoder.packed_model_note(), {}};
  if (const auto packed = models::PackedModel::open(encoder.folder())) {
    weights.packed = {packed->layouts(), packed->precision()};
  }
  return weights;
}

Architecture architecture_of(const models::EncoderFacts& facts) {
  Architecture architecture{{}, facts.summary};
  for (const auto& [name, value] : facts.listed) {
    std::visit([&](const auto& known) { architecture.parts.push_back({std::string(name), known}); }, value);
  }
  return architecture;
}

}  // namespace

Inspection inspect(const std::filesystem::path& folder) {
  const engine::Encoder encoder(folder, {.threads = 1});
  Inspection found;
  found.folder = encoder.folder();
  found.architecture = architecture_of(models::encoder_facts(found.folder));
  found.pipeline = pipeline_of(encoder, found.architecture.step);
  found.dimensions = encoder.dimensions();
  found.max_tokens = encoder.max_tokens();
  found.weights = weights_of(encoder);
  found.precision = encoder.precision();
  found.isa = encoder.isa();
  found.parameters = count_parameters(found.folder, models::open_encoder(found.folder));
  found.files = files_of(found.folder.folder);
  found.notes = encoder.notes();
  return found;
}

}  // namespace mana::jobs
