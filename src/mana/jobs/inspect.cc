#include "mana/jobs/inspect.h"

#include <fmt/format.h>

#include <string_view>

#include "mana/models/sentence/adapter.h"
#include "mana/models/sentence/encoder_tensors.h"
#include "mana/models/sentence/packed_model.h"

namespace mana::jobs {
namespace {

std::string step_of(const formats::SentenceModule& module, const formats::SentenceFolder& folder) {
  if (const auto* pooling = std::get_if<formats::PoolingModule>(&module)) {
    return fmt::format("pooling {}{}{}", formats::names_of(pooling->modes, "+"),
                       pooling->include_prompt ? "" : " without prompt",
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

WeightOrigin weights_of(const engine::Encoder& encoder) {
  WeightOrigin weights{encoder.packed_model().has_value(), encoder.packed_model_note(), {}};
  if (const auto packed = models::PackedModel::open(encoder.folder())) {
    weights.packed = {packed->layouts(), packed->precision()};
  }
  return weights;
}

}  // namespace

Inspection inspect(const std::filesystem::path& folder) {
  const engine::Encoder encoder(folder, {.threads = 1});
  Inspection found;
  found.folder = encoder.folder();
  const models::EncoderFacts facts = models::encoder_facts(found.folder);
  found.architecture = architecture_of(facts.listed, facts.summary);
  found.pipeline = pipeline_of(encoder, found.architecture.step);
  found.dimensions = encoder.dimensions();
  found.max_tokens = encoder.max_tokens();
  found.weights = weights_of(encoder);
  found.precision = encoder.precision();
  found.isa = encoder.isa();
  const bool alone = models::is_packed_alone(found.folder);
  if (!alone) found.parameters = count_parameters(found.folder, models::open_encoder(found.folder));
  found.files = inspected_files(found.folder.folder);
  if (formats::has_classifier(folder)) found.classifier = formats::read_classifier_head(folder).config;
  found.notes = encoder.notes();
  if (const auto left_out = layers_left_out(found.parameters)) found.notes.push_back(*left_out);
  return found;
}

}  // namespace mana::jobs
