#include "mana/generate/generation_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "mana/base/file.h"

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
std::optional<Token> known(const json::Value& token, std::size_t vocabulary) {
  const std::int64_t id = token.integer();
  if (id < 0 || static_cast<std::size_t>(id) >= vocabulary) return std::nullopt;
  return static_cast<Token>(id);
}

std::optional<std::vector<Token>> known_row(const json::Value& row, std::size_t vocabulary) {
  std::vector<Token> tokens;
  for (const json::Value& token : row.array()) {
    const std::optional<Token> id = known(token, vocabulary);
    if (!id) return std::nullopt;
    tokens.push_back(*id);
  }
  if (tokens.empty()) return std::nullopt;
  return tokens;
}

/// Throws FormatError for a setting that would make other texts and is not known here.
void refuse_unknown_rules(const json::Value& root) {
  constexpr std::array<std::pair<std::string_view, double>, 9> kNeutral = {{{"repetition_penalty", 1},
                                                                            {"encoder_repetition_penalty", 1},
                                                                            {"encoder_no_repeat_ngram_size", 0},
                                                                            {"num_beam_groups", 1},
                                                                            {"diversity_penalty", 0},
                                                                            {"penalty_alpha", 0},
                                                                            {"typical_p", 1},
                                                                            {"epsilon_cutoff", 0},
                                                                            {"eta_cutoff", 0}}};
  constexpr std::string_view kAdvice = "which is not known here: remove it, or generate with transformers";
  for (const auto& [key, neutral] : kNeutral) {
    const auto value = said(root, key);
    if (value && value->number() != neutral) value->fail(fmt::format("is {}, {}", value->number(), kAdvice));
  }
  for (const std::string_view key :
       {"forced_bos_token_id", "forced_decoder_ids", "begin_suppress_tokens", "sequence_bias", "constraints",
        "force_words_ids", "exponential_decay_length_penalty", "guidance_scale", "watermarking_config"}) {
    if (const auto value = said(root, key)) value->fail(fmt::format("is a rule {}", kAdvice));
  }
  if (const auto value = said(root, "do_sample"); value && value->boolean()) {
    value->fail("is true: remove it, and ask for sampling where it is wanted");
  }
}

}  // namespace

Options read_generation_options(const std::filesystem::path& folder, const models::TransformerConfig& config) {
  const std::filesystem::path own = folder / "generation_config.json";
  return parse_generation_options(json::Document::read(file_exists(own) ? own : folder / "config.json").root(), config);
}

Options parse_generation_options(const json::Value& root, const models::TransformerConfig& config) {
  refuse_unknown_rules(root);
  Options options;
  read_size(root, "num_beams", 1, options.beam);
  read_size(root, "min_length", 0, options.min_length);
  read_size(root, "no_repeat_ngram_size", 0, options.no_repeat_ngram);
  if (const auto value = said(root, "length_penalty")) options.length_penalty = value->number();
  std::size_t with_start = 0;
  read_size(root, "max_length", 2, with_start);
  if (with_start > 0) options.max_length = with_start - 1;
  read_size(root, "max_new_tokens", 1, options.max_length);
  options.max_length = std::min(options.max_length, config.positions);
  options.min_length = std::min(options.min_length > 0 ? options.min_length - 1 : 0, options.max_length);
  options.forced_end = said(root, "forced_eos_token_id").has_value() && options.max_length > 1;
  if (config.pad != config.end) options.suppressed.push_back({config.pad});
  if (const auto rows = said(root, "bad_words_ids")) {
    for (const json::Value& row : rows->array()) {
      auto tokens = known_row(row, config.target_vocabulary);
      if (tokens && std::ranges::find(options.suppressed, *tokens) == options.suppressed.end()) {
        options.suppressed.push_back(std::move(*tokens));
      }
    }
  }
  if (const auto tokens = said(root, "suppress_tokens")) {
    for (const json::Value& token : tokens->array()) {
      if (const auto id = known(token, config.target_vocabulary)) options.suppressed.push_back({*id});
    }
  }
  return options;
}

}  // namespace mana::generate
