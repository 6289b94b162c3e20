#include "mana/generate/generator.h"

#include <fmt/format.h>

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

/// How many hypotheses a thread follows at once. More of them share what it costs to read the weights; of fewer, keys
/// and values stay in the cache from one step to the next.
std::size_t rows_at_once(kernels::Precision precision) {
  return precision == kernels::Precision::f32 ? 64 : 39;  // 39: three blocks of the products' rows
}

}  // namespace

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
  generate::check(options, config.target_vocabulary);
  if (options.coverage_penalty != 0) {
    throw ArgumentError("`coverage_penalty` needs what a model attends to, which this one does not tell: leave it out");
  }
  if (options.max_length > config.positions) {
    throw ArgumentError(fmt::format("`max_length` is {}, but the model has {} positions: choose no more",
                                    options.max_length, config.positions));
  }
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

std::vector<std::vector<Hypothesis>> Generator::operator()(std::span<const Text> texts, const Options& options,
                                                           const std::function<void(std::size_t)>& finished,
                                                           const std::stop_token& stop) {
  check(texts, options);
  TextQueue queue(texts, finished, stop);
  team_.run([&](unsigned thread) {
    TransformerDecoder decoder(*model_, likeliest_, {kernels_, pools_[thread], nullptr, profile_});
    Decoding(decoder, options, queue, rows_at_once(kernels_.precision))();
  });
  return queue.results();
}

}  // namespace mana::generate
