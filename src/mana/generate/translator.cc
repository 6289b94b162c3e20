#include "mana/generate/translator.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/base/processors.h"
#include "mana/base/team.h"
#include "mana/base/xxh64.h"
#include "mana/data/text_windows.h"
#include "mana/formats/other_weights.h"
#include "mana/generate/generation_config.h"
#include "mana/generate/translation_windows.h"
#include "mana/kernels/required_precision.h"
#include "mana/models/transformer/transformer_files.h"

namespace mana::generate {
namespace {

/// A folder with other weights than can be read is told so before anything else that it may lack.
std::filesystem::path readable(const std::filesystem::path& folder) {
  if (!models::is_packed_alone(folder)) formats::refuse_other_weights(folder);
  return folder;
}

const kernels::Table& chosen_table(const TranslatorOptions& options,
                                   const std::optional<models::PackedTranslator>& packed) {
  const kernels::Isa isa = kernels::choose_isa(options.isa);
  if (options.precision) {
    kernels::require_available(*options.precision, isa);
    return kernels::table(isa, *options.precision);
  }
  const auto meant = packed ? packed->precision() : std::nullopt;
  return kernels::table(isa, meant && kernels::available(*meant, isa) ? *meant : kernels::automatic_precision(isa));
}

void require_room(std::string_view prefix, std::size_t tokens, std::size_t max_length) {
  if (tokens < max_length) return;
  throw ArgumentError(fmt::format("the prefix '{}' has {} tokens, which leaves no room in `max_length`, {}: shorten it",
                                  printable(prefix), tokens, max_length));
}

}  // namespace

Translator::Translator(const std::filesystem::path& folder, const TranslatorOptions& options)
    : folder_(readable(folder)),
      packed_(options.use_packed ? models::PackedTranslator::open(folder) : std::nullopt),
      kernels_(&chosen_table(options, packed_)),
      packed_note_(packed_ ? packed_->obstacle(*kernels_) : ""),
      profile_(options.profile) {
  const unsigned threads = thread_count(options.threads);
  std::shared_ptr<const models::Transformer> model = read_parts(std::min(threads, 2U));
  const models::TransformerConfig& config = model->config;
  source_tokenizer().require_vectors(config.source_vocabulary, 1, folder.string());
  target_tokenizer().require_vectors(config.target_vocabulary, 1, folder.string());
  defaults_ = read_generation_options(folder, config);
  max_source_tokens_ = std::min(config.positions, source_tokenizer().model_max_length().value_or(config.positions));
  generator_ = std::make_unique<Generator>(std::move(model), *kernels_, threads, profile_.get());
}

std::shared_ptr<const models::Transformer> Translator::read_parts(unsigned threads) {
  std::shared_ptr<const models::Transformer> model;
  const auto read_weights = [&] {
    model = std::make_shared<const models::Transformer>(
        from_packed_model() ? packed_->load(*kernels_) : models::load_transformer(folder_, kernels_->layout));
  };
  const auto read_tokenizers = [&] {
    tokenizers_ = from_packed_model() ? packed_->tokenizers() : text::read_marian_tokenizers(folder_);
  };
  Team(threads).run([&](unsigned share) {
    if (share == 0) read_weights();
    if (share + 1 == threads) read_tokenizers();
  });
  return model;
}

std::vector<Translation> Translator::translate(std::span<const std::string> texts, const Options& options,
                                               const std::function<void(std::size_t)>& finished,
                                               const std::stop_token& stop, std::span<const std::string> prefixes) {
  std::vector<Translation> translations(texts.size());
  std::vector<std::vector<Token>> begun(texts.size());
  std::vector<Text> searched;
  std::vector<std::size_t> numbers;
  text::SequentialTokenizer tokenizer(source_tokenizer());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    Translation& translation = translations[i];
    if (!prefixes.empty()) translation.prefix = prefixes[i];
    const text::TokenCount count = tokenizer.append(texts[i], {.max_tokens = max_source_tokens_}, translation.source);
    translation.source_tokens = count.total;
    translation.truncated = count.truncated();
    if (count.total <= source_tokenizer().special_token_count()) {
      translation.best.emplace_back();
      continue;
    }
    if (!prefixes.empty()) {
      target_tokenizer().append(prefixes[i], {.special_tokens = false}, begun[i]);
      require_room(prefixes[i], begun[i].size(), options.max_length);
    }
    const std::uint64_t key = xxh64(std::as_bytes(std::span(translation.source)));
    searched.push_back({.source = translation.source, .prefix = begun[i], .key = key});
    numbers.push_back(i);
  }
  auto found = (*generator_)(searched, options, finished, stop);
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (Hypothesis& hypothesis : found[i]) {
      std::string text = target_tokenizer().decode(hypothesis.tokens);
      translations[numbers[i]].best.push_back({std::move(text), std::move(hypothesis)});
    }
  }
  return translations;
}

void Translator::stream(const data::TextSource& source, const Options& options, const TranslationSink& sink,
                        const data::Waiting& waiting, std::size_t first, const data::TextSource& prefixes) {
  std::vector<std::string> begun;
  data::WindowLimits limits = first_window();
  data::for_each_window(source, waiting, limits, [&](std::vector<std::string>& window) {
    const auto begin = std::chrono::steady_clock::now();
    begun.resize(prefixes ? window.size() : 0);
    for (std::size_t i = 0; i < begun.size(); ++i) {
      if (prefixes(begun[i])) continue;
      throw FormatError(fmt::format("the prefixes end before text {}: give one for each text", first + i + 1));
    }
    sink(first, window, translate(window, options, {}, waiting.stop(), begun));
    first += window.size();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    limits = next_window(limits, window.size(), taken.count());
  });
}

}  // namespace mana::generate
