#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/data/text_source.h"
#include "mana/data/waiting.h"
#include "mana/generate/generator.h"
#include "mana/kernels/isa.h"
#include "mana/kernels/precision.h"
#include "mana/kernels/profile.h"
#include "mana/text/marian_tokenizers.h"

namespace mana::generate {

struct TranslatorOptions {
  unsigned threads = 0;                              ///< 0: one for each processor
  std::optional<kernels::Isa> isa = {};              ///< a cap; nothing: MANA_ISA, else the best of the machine
  std::optional<kernels::Precision> precision = {};  ///< nothing: automatic_precision()
  std::shared_ptr<kernels::Profile> profile = {};    ///< adds up there where the time goes
};

/// One of the translations of a text.
struct TranslatedText {
  std::string text;
  Hypothesis found;
};

struct Translation {
  std::vector<TranslatedText> best;  ///< the best first; one at least
  std::vector<Token> source;         ///< the tokens that the model saw
  std::size_t source_tokens = 0;     ///< that the text has
  bool truncated = false;            ///< the model did not see all of them
  std::string prefix = {};           ///< what its translations were told to begin with
};

/// Receives the translations of consecutive texts in input order; `first` is the number of the first.
using TranslationSink =
    std::function<void(std::size_t first, std::span<const std::string> texts, std::span<const Translation> found)>;

/// Text in, text of another language out. A text's translation and its scores are the same bits in any batch, order
/// and number of threads (at one instruction-set level and precision). A text that is empty or blank has an empty
/// translation. For one caller at a time.
class Translator {
 public:
  /// Loads a folder of MarianMT. Throws IoError or FormatError that names the place, ArgumentError for a precision
  /// that the processor cannot do.
  explicit Translator(const std::filesystem::path& folder, const TranslatorOptions& options = {});

  /// What the folder says of searching.
  const Options& defaults() const { return defaults_; }

  /// What is drawn for a text (Options::sampling) depends on its tokens and the seed, not on where it stands.
  /// `prefixes`: none, or for each text what its translations begin with, maybe nothing; it is part of them, and its
  /// probability does not count. Throws ArgumentError, FormatError, Cancelled as Generator does.
  std::vector<Translation> translate(std::span<const std::string> texts, const Options& options,
                                     const std::function<void(std::size_t)>& finished = {},
                                     const std::stop_token& stop = {}, std::span<const std::string> prefixes = {});
  /// Translates a stream of any length in bounded memory. Where `source` was made with the same `waiting`, its texts
  /// are translated at once when it has to wait for more. `first` is the number of its first text; `prefixes` has one
  /// for each, or is empty. Throws FormatError where it ends before the texts.
  void stream(const data::TextSource& source, const Options& options, const TranslationSink& sink,
              const data::Waiting& waiting = {}, std::size_t first = 0, const data::TextSource& prefixes = {});

  const std::filesystem::path& folder() const { return folder_; }
  const models::TransformerConfig& config() const { return generator_->model().config; }
  const text::Tokenizer& target_tokenizer() const { return tokenizers_.target; }
  const text::Tokenizer& source_tokenizer() const { return tokenizers_.source; }
  kernels::Isa isa() const { return kernels_->isa; }
  kernels::Precision precision() const { return kernels_->precision; }
  unsigned threads() const { return generator_->threads(); }
  /// The most tokens of a text that the model sees.
  std::size_t max_source_tokens() const { return max_source_tokens_; }

 private:
  std::filesystem::path folder_;
  text::MarianTokenizers tokenizers_;
  const kernels::Table* kernels_;
  std::shared_ptr<kernels::Profile> profile_;
  std::unique_ptr<Generator> generator_;
  Options defaults_;
  std::size_t max_source_tokens_;
};

}  // namespace mana::generate
