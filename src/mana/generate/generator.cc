#include "mana/generate/generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "mana/base/errors.h"
#include "mana/generate/transformer_decoder.h"

namespace mana::generate {
namespace {

void check_tokens(std::span<const Token> tokens, std::size_t vocabulary, std::string_view side, std::size_t number) {
  for (const Token token : tokens) {
    if (token >= 0 && static_cast<std::size_t>(token) < vocabulary) continue;
    throw ArgumentError(
        fmt::format("text {}: the model has no {} token {}, only {} of them", number + 1, side, token, vocabulary));
  }
}

/// Whose attention the options want to know.
std::optional<models::WatchedHeads> watched(const Options& options, const models::TransformerConfig::Stack& decoder) {
  if (!options.needs_attention()) return std::nullopt;
  const std::size_t layer = options.alignment_layer == 0 ? decoder.layers : options.alignment_layer;
  const bool all = options.alignment_head == 0;
  return models::WatchedHeads{layer - 1, {all ? 0 : options.alignment_head - 1, all ? decoder.heads : 1}};
}

}  // namespace

void check(const Options& options, const models::TransformerConfig& config) {
  check(options, config.target_vocabulary);
  if (options.alignment_layer > config.decoder.layers) {
    throw ArgumentError(fmt::format("`alignment_layer` is {}, but the decoder has {} layers: choose one of them",
                                    options.alignment_layer, config.decoder.layers));
  }
  if (options.alignment_head > config.decoder.heads) {
    throw ArgumentError(fmt::format("`alignment_head` is {}, but the decoder has {} heads: choose one of them",
                                    options.alignment_head, config.decoder.heads));
  }
  if (options.max_length > config.positions) {
    throw ArgumentError(fmt::format("`max_length` is {}, but the model has {} positions: choose no more",
                                    options.max_length, config.positions));
  }
}

Generator::Generator(std::shared_ptr<const models::Transformer> model, const kernels::Table& kernels, unsigned threads,
                     kernels::Profile* profile)
    : model_(std::move(model)),
      likeliest_(model_->output.weights),
      kernels_(kernels),
      profile_(profile),
      team_(threads),
      pools_(team_.size()) {}

void Generator::check(std::span<const Text> texts, const Options& options) const {
  const models::TransformerConfig& config = model_->config;
  generate::check(options, config);
  for (std::size_t number = 0; number < texts.size(); ++number) {
    const Text& text = texts[number];
    if (text.source.empty()) throw ArgumentError(fmt::format("text {} has no token to translate", number + 1));
    if (text.source.size() > config.positions) {
      throw ArgumentError(fmt::format("text {} has {} tokens, but the model has {} positions: cut it before",
                                      number + 1, text.source.size(), config.positions));
    }
    if (text.prefix.size() >= options.max_length) {
      throw ArgumentError(fmt::format("text {}: its prefix of {} tokens leaves no room in `max_length`, {}", number + 1,
                                      text.prefix.size(), options.max_length));
    }
    check_tokens(text.source, config.source_vocabulary, "source", number);
    check_tokens(text.prefix, config.target_vocabulary, "target", number);
  }
}

CacheSize Generator::cache_size(const Options& options, std::size_t texts, std::size_t longest_source) const {
  return generate::cache_size(model_->config, options, kernels_, {texts, longest_source, threads()});
}

std::vector<std::vector<Hypothesis>> Generator::operator()(std::span<const Text> texts, const Options& options,
                                                           const std::function<void(std::size_t)>& finished,
                                                           const std::stop_token& stop) {
  check(texts, options);
  std::size_t longest = 0;
  for (const Text& text : texts) longest = std::max(longest, text.source.size());
  require_memory(cache_size(options, texts.size(), longest));
  TextQueue queue(texts, finished, stop);
  const auto translate = [&](unsigned thread, Team* together) {
    TransformerDecoder decoder(*model_, likeliest_, {kernels_, pools_[thread], together, profile_},
                               watched(options, model_->config.decoder));
    Decoding(decoder, options, queue, rows_at_once(kernels_.precision))();
  };
  if (texts.size() == 1) {
    translate(0, team_.size() > 1 ? &team_ : nullptr);
  } else {
    team_.run([&](unsigned thread) { translate(thread, nullptr); });
  }
  return queue.results();
}

}  // namespace mana::generate
