#include "mana/generate/generation_config.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "mana/base/file.h"
#include "mana/base/json.h"

namespace mana::generate {
namespace {

/// A value that is there and is not null.
std::optional<json::Value> said(const json::Value& root, std::string_view key) {
  std::optional<json::Value> value = root.find(key);
  if (value && value->is_null()) value.reset();
  return value;
}

void read_size(const json::Value& root, std::string_view key, std::int64_t least, std::size_t& size) {
  if (const auto value = said(root, key)) size = static_cast<std::size_t>(value->integer(least, 1'000'000));
}

/// What is not among the tokens cannot appear anyway.
std::optional<std::vector<Token>> known(const json::Value& row, std::size_t vocabulary) {
  std::vector<Token> tokens;
  for (const json::Value& token : row.array()) {
    const std::int64_t id = token.integer();
    if (id < 0 || static_cast<std::size_t>(id) >= vocabulary) return std::nullopt;
    tokens.push_back(static_cast<Token>(id));
  }
  if (tokens.empty()) return std::nullopt;
  return tokens;
}

}  // namespace

Options read_generation_options(const std::filesystem::path& folder, const models::TransformerConfig& config) {
  const std::filesystem::path own = folder / "generation_config.json";
  const json::Document document = json::Document::read(file_exists(own) ? own : folder / "config.json");
  const json::Value root = document.root();
  Options options;
  read_size(root, "num_beams", 1, options.beam);
  read_size(root, "min_length", 0, options.min_length);
  read_size(root, "no_repeat_ngram_size", 0, options.no_repeat_ngram);
  if (const auto value = said(root, "length_penalty")) options.length_penalty = value->number();
  std::size_t with_start = 0;
  read_size(root, "max_length", 2, with_start);
  if (with_start > 0) options.max_length = with_start - 1;
  options.max_length = std::min(options.max_length, config.positions);
  options.min_length = std::min(options.min_length > 0 ? options.min_length - 1 : 0, options.max_length);
  options.forced_end = said(root, "forced_eos_token_id").has_value() && options.max_length > 1;
  if (config.pad != config.end) options.suppressed.push_back({config.pad});
  if (const auto rows = said(root, "bad_words_ids")) {
    for (const json::Value& row : rows->array()) {
      auto tokens = known(row, config.target_vocabulary);
      if (tokens && std::ranges::find(options.suppressed, *tokens) == options.suppressed.end()) {
        options.suppressed.push_back(std::move(*tokens));
      }
    }
  }
  options.beam = std::min(options.beam, config.target_vocabulary);
  return options;
}

}  // namespace mana::generate
