#include "mana/jobs/inspect_translator.h"

#include <fmt/format.h>

#include "mana/generate/translator.h"
#include "mana/models/transformer/packed_translator.h"
#include "mana/models/transformer/transformer_files.h"

namespace mana::jobs {
namespace {

std::vector<std::string> pipeline_of(const generate::Translator& translator) {
  const models::TransformerConfig& config = translator.config();
  const auto layers = [&](const models::TransformerConfig::Stack& stack, std::string_view side) {
    return fmt::format("{} of {} layers of {}", side, stack.layers, config.model);
  };
  const generate::Options& search = translator.defaults();
  return {fmt::format("tokens, at most {}", translator.max_source_tokens()), layers(config.encoder, "encoder"),
          layers(config.decoder, "decoder"),
          fmt::format("{}, at most {} tokens",
                      search.beam == 1 ? "greedy search" : fmt::format("beams of {}", search.beam), search.max_length),
          "text"};
}

WeightOrigin weights_of(const generate::Translator& translator) {
  WeightOrigin weights{translator.from_packed_model(), translator.packed_model_note(), {}};
  if (const auto& packed = translator.packed_model()) weights.packed = {packed->layouts(), packed->precision()};
  return weights;
}

}  // namespace

TranslatorInspection inspect_translator(const std::filesystem::path& folder) {
  const generate::Translator translator(folder, {.threads = 1});
  const models::TransformerConfig& config = translator.config();
  TranslatorInspection found;
  found.folder = folder;
  found.architecture = architecture_of(config.listed(), "encoder–decoder");
  found.pipeline = pipeline_of(translator);
  found.max_tokens = translator.max_source_tokens();
  found.search = translator.defaults();
  found.weights = weights_of(translator);
  found.precision = translator.precision();
  found.isa = translator.isa();
  if (!models::is_packed_alone(folder)) {
    found.parameters = count_tensors(models::transformer_tensors(folder), formats::StoredWeights::open(folder));
  }
  found.files = inspected_files(folder);
  return found;
}

}  // namespace mana::jobs
