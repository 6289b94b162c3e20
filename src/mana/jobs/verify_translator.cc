#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/generate/translator.h"
#include "mana/jobs/folder_check.h"
#include "mana/jobs/parameters.h"
#include "mana/models/transformer/transformer_files.h"

namespace mana::jobs {

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
  check.step("tensors", [&] {
    const auto weights = formats::StoredWeights::open(folder);
    const ParameterCounts counts = count_tensors(models::transformer_tensors(folder), weights);
    for (const ParameterCount& unused : counts.unused) {
      check.add_difference(
          fmt::format("tensor {} ({} parameters) has no influence on translations", unused.part, unused.parameters));
    }
    return fmt::format("tensors: every name and shape is as config.json asks, {} parameters", counts.used_parameters);
  });
  check.step("model", [&] {
    generate::Translator translator(folder, {.threads = 1});
    for (const auto& [side, tokenizer] :
         {std::pair("source", &translator.source_tokenizer()), std::pair("target", &translator.target_tokenizer())}) {
      const std::size_t unlisted = tokenizer->unlisted_pieces();
      if (unlisted == 0) continue;
      check.add_difference(fmt::format(
          "{} pieces of {}.spm are not in the list of tokens and become unknown ones: is it the file of this model?",
          unlisted, side));
    }
    generate::Options options = translator.defaults();
    options.max_length = std::min<std::size_t>(options.max_length, 16);
    const std::vector<std::string> texts = {"a text for a translator"};
    const auto found = translator.translate(texts, options);
    return fmt::format("model: loads, translates texts of at most {} tokens, as in '{}'",
                       translator.max_source_tokens(), found.front().best.front().text);
  });
  return check.take_report();
}

}  // namespace mana::jobs
