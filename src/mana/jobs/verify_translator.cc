#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/generate/translator.h"
#include "mana/jobs/folder_check.h"
#include "mana/jobs/parameters.h"
#include "mana/models/transformer/transformer_files.h"

namespace mana::jobs {

namespace {

std::vector<std::string> some_text() { return {"a text for a translator"}; }

/// Few tokens of the most that the folder's search finds.
generate::Options short_search(const generate::Translator& translator) {
  generate::Options options = translator.defaults();
  options.max_length = std::min<std::size_t>(options.max_length, 16);
  options.min_length = std::min(options.min_length, options.max_length);
  return options;
}

/// That it belongs to the ordinary files, byte for byte, and gives the same tokens with the same scores as they do.
std::string check_packed_model(FolderCheck& check) {
  models::PackedTranslator::open(check.folder())->require_origin();
  generate::Translator translator(check.folder(), {.threads = 1});
  if (!translator.from_packed_model()) {
    check.add_difference(translator.packed_model_note());
    return fmt::format("{}: belongs to the model's other files", models::kPackedModelFile);
  }
  generate::Translator ordinary(check.folder(),
                                {.threads = 1, .precision = translator.precision(), .use_packed = false});
  const generate::Options search = short_search(ordinary);
  const auto one = translator.translate(some_text(), search), other = ordinary.translate(some_text(), search);
  const generate::TranslatedText &found = one.front().best.front(), &wanted = other.front().best.front();
  if (one.front().source != other.front().source || found.text != wanted.text ||
      found.found.tokens != wanted.found.tokens || found.found.score != wanted.found.score) {
    throw FormatError(fmt::format("{} gives other translations than the model's other files; write it again",
                                  (check.folder() / models::kPackedModelFile).string()));
  }
  return fmt::format("{}: belongs to the model's other files and gives the same translations ({} at {})",
                     models::kPackedModelFile, kernels::name_of(translator.precision()),
                     kernels::name_of(translator.isa()));
}

}  // namespace

ModelReport verify_translator(const std::filesystem::path& folder) {
  FolderCheck check(folder);
  check.read_files();
  std::optional<models::TransformerConfig> config;
  check.step("configuration", [&] {
    config = models::TransformerConfig::read(folder);
    return fmt::format("configuration: an encoder of {} layers, a decoder of {}", config->encoder.layers,
                       config->decoder.layers);
  });
  if (!config) return check.take_report();
  if (!config->is_marian()) {
    check.add_difference("transformers has no model of this kind: mana alone reads it");
  }
  const bool alone = models::is_packed_alone(folder);
  const auto check_tensors = [&] {
    const auto weights = formats::StoredWeights::open(folder);
    const ParameterCounts counts = count_tensors(models::transformer_tensors(folder), weights);
    require_all_layers(counts);
    for (const ParameterCount& unused : counts.unused) {
      check.add_difference(
          fmt::format("tensor {} ({} parameters) has no influence on translations", unused.part, unused.parameters));
    }
    return fmt::format("tensors: every name and shape is as config.json asks, {} parameters", counts.used_parameters);
  };
  if (!alone) check.step("tensors", check_tensors);
  const bool loads = check.step("model", [&] {
    generate::Translator translator(folder, {.threads = 1, .use_packed = alone});
    for (const auto& [side, tokenizer] :
         {std::pair("source", &translator.source_tokenizer()), std::pair("target", &translator.target_tokenizer())}) {
      const std::size_t unlisted = tokenizer->unlisted_pieces();
      if (unlisted == 0) continue;
      check.add_difference(fmt::format(
          "{} pieces of {}.spm are not in the list of tokens and become unknown ones: is it the file of this model?",
          unlisted, side));
    }
    const auto found = translator.translate(some_text(), short_search(translator));
    return fmt::format("model: loads, translates texts of at most {} tokens, as in '{}'",
                       translator.max_source_tokens(), found.front().best.front().text);
  });
  if (alone) {
    check.note_packed_alone();
  } else if (loads && file_exists(folder / models::kPackedModelFile)) {
    check.step("packed model", [&] { return check_packed_model(check); });
  }
  return check.take_report();
}

}  // namespace mana::jobs
