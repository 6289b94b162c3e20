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
#include "mana/models/transformer/packed_translator.h"
#include "mana/text/marian_tokenizers.h"

namespace mana::generate {

struct TranslatorOptions {
  unsigned threads = 0;                  ///< 0: one for each processor
  std::optional<kernels::Isa> isa = {};  ///< a cap; nothing: MANA_ISA, else the best of the machine
  /// Nothing: what the folder's packed model is meant for and the processor can do, else automatic_precision().
  std::optional<kernels::Precision> precision = {};
  bool use_packed = true;  ///< take weights and tokenizers from the folder's packed model where it has one that fits
  std::shared_ptr<kernels::Profile> profile = {};  ///< adds up there where the time goes
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
  /// Loads a folder of MarianMT; from its packed model (models/transformer/packed_translator.h) where that has the
  /// weights for the level and precision in use, which changes no bit. Throws IoError or FormatError that names the
  /// place (a damaged packed model is not passed over), ArgumentError for a precision that the processor cannot do.
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

  /// The memory that translating so many texts may take beside the model, each as long as the model can read.
  CacheSize cache_size(const Options& options, std::size_t texts) const {
    return generator_->cache_size(options, texts, max_source_tokens_);
  }
  const std::filesystem::path& folder() const { return folder_; }
  /// Whether the weights lie in the folder's packed model.
  bool from_packed_model() const { return packed_ && packed_note_.empty(); }
  /// What the folder has of one, used or not.
  const std::optional<models::PackedTranslator>& packed_model() const { return packed_; }
  /// Why a packed model that the folder has was not used, as a sentence for people; else empty.
  const std::string& packed_model_note() const { return packed_note_; }
  const models::Transformer& model() const { return generator_->model(); }
  const models::TransformerConfig& config() const { return model().config; }
  const text::Tokenizer& target_tokenizer() const { return tokenizers_->target; }
  const text::Tokenizer& source_tokenizer() const { return tokenizers_->source; }
  kernels::Isa isa() const { return kernels_->isa; }
  kernels::Precision precision() const { return kernels_->precision; }
  unsigned threads() const { return generator_->threads(); }
  /// The most tokens of a text that the model sees.
  std::size_t max_source_tokens() const { return max_source_tokens_; }

 private:
  /// The weights and the tokenizers, one by each of two threads.
  std::shared_ptr<const models::Transformer> read_parts(unsigned threads);

  std::filesystem::path folder_;
  std::optional<models::PackedTranslator> packed_;
  const kernels::Table* kernels_;
  std::string packed_note_;
  std::shared_ptr<kernels::Profile> profile_;
  std::optional<text::MarianTokenizers> tokenizers_;  ///< there once the constructor is through
  std::unique_ptr<Generator> generator_;
  Options defaults_;
  std::size_t max_source_tokens_;
};

}  // namespace mana::generate
