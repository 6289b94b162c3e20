#include "mana/text/tokenizer_files.h"

#include <fmt/format.h>

#include "mana/base/errors.h"

namespace mana::text {
namespace {

// Files without a limit say 1e30.
std::optional<std::size_t> model_max_length(const json::Value& config) {
  const auto entry = config.find("model_max_length");
  if (!entry || !entry->is_number()) return std::nullopt;
  const double length = entry->number();
  if (!(length >= 1 && length <= 1e9)) return std::nullopt;
  return static_cast<std::size_t>(length);
}

}  // namespace

Tokenizer::Pipeline read_pipeline(const std::filesystem::path& folder, std::optional<bool> lowercase) {
  const auto whole = folder / "tokenizer.json";
  const auto vocabulary = folder / "vocab.txt";
  const auto config_path = folder / "tokenizer_config.json";
  std::optional<json::Document> config;
  if (std::filesystem::exists(config_path)) config = json::Document::read(config_path);
  const std::optional<json::Value> settings = config ? std::optional(config->root()) : std::nullopt;

  const auto read = [&] {
    if (std::filesystem::exists(whole)) return read_tokenizer_json(json::Document::read(whole).root());
    if (std::filesystem::exists(vocabulary)) return read_vocabulary_file(vocabulary, settings, lowercase);
    throw IoError(
        fmt::format("{} has neither tokenizer.json nor vocab.txt; give the folder of a model", folder.string()));
  };
  Tokenizer::Pipeline pipeline = read();
  if (settings) pipeline.model_max_length = model_max_length(*settings);
  return pipeline;
}

}  // namespace mana::text
