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
#include <string_view>
#include <vector>

#include "mana/data/text_source.h"
#include "mana/data/waiting.h"
#include "mana/engine/tokenized_texts.h"
#include "mana/formats/sentence_folder.h"
#include "mana/kernels/isa.h"
#include "mana/kernels/precision.h"
#include "mana/kernels/profile.h"
#include "mana/text/tokenizer.h"

namespace mana::models {
struct SentenceModel;
}

namespace mana::kernels {
struct Table;
}

namespace mana::engine {

/// What to do with a text that has more tokens than the model takes.
enum class Overflow {
  truncate,  ///< keep the first tokens (the last where the tokenizer's files say so), and say so in `truncated`
  error,     ///< throw ArgumentError that names the text
  mean       ///< embed every chunk and average the vectors, weighted by their tokens
};

struct EncoderOptions {
  unsigned threads = 0;                  ///< 0: one for each processor
  std::optional<kernels::Isa> isa = {};  ///< a cap; nothing: MANA_ISA, else the best of the machine
  /// Nothing: what the folder's packed model is meant for and the processor can do, else automatic_precision().
  std::optional<kernels::Precision> precision = {};
  bool use_packed = true;  ///< take the weights from the folder's packed model where there is one that fits
  std::optional<std::vector<formats::PoolingMode>> pooling = {};  ///< instead of the folder's
  std::optional<bool> normalize = {};                             ///< instead of the folder's
  std::optional<std::size_t> truncate_dim = {};                   ///< keep the first dimensions only
  std::optional<std::size_t> max_tokens = {};                     ///< at most what the model's positions allow, if any
  std::optional<std::string> prompt = {};                         ///< a name in the folder's prompts
  std::optional<std::string> prompt_text = {};  ///< what stands before every text, instead of any prompt of the folder
  Overflow overflow = Overflow::truncate;
  std::shared_ptr<kernels::Profile> profile = {};  ///< adds up there where the time goes
};

/// Vectors of many texts, row after row.
struct Embeddings {
  std::size_t dimensions = 0;
  std::vector<float> values;    ///< [texts, dimensions]
  std::vector<TextInfo> texts;  ///< [texts]

  std::size_t size() const { return texts.size(); }
  std::span<const float> operator[](std::size_t row) const {
    return std::span(values).subspan(row * dimensions, dimensions);
  }
};

/// Receives the rows of consecutive texts in input order; `first` is the number of the first.
using EmbeddingSink = std::function<void(std::size_t first, std::span<const std::string> texts, const Embeddings&)>;

/// Is told, from any thread, that so many more texts have their vectors.
using TextsDone = std::function<void(std::size_t more)>;

/// Text in, vectors out. Thread-safe: callers that come at once wait in line, and each then has all threads; one that
/// streams lets others in after every window of texts.
/// A text's vector is the same bits in any batch, order and number of threads (at one instruction-set level and
/// precision). A vector that holds anything but finite numbers (of damaged weights, or where a precision overflows) is
/// none: what embeds throws FormatError that names the text.
class Encoder {
 public:
  /// Loads a sentence-transformers or Hugging Face BERT folder, or one of static embeddings; from its packed model
  /// (models/sentence/packed_model.h) where that has the weights for the level and precision in use, which changes no
  /// bit of any vector.
  /// Throws IoError, FormatError (a damaged packed model is not passed over), or ArgumentError for options that do not
  /// fit the model and for more threads than the system starts.
  explicit Encoder(const std::filesystem::path& folder, const EncoderOptions& options = {});
  /// Serves a model that is in memory already, without a copy of its weights: while a call runs they must not change,
  /// between calls they may. `folder` is what the model was made of, `kernels` what its weights are laid out for.
  /// Throws IoError, FormatError, and ArgumentError for options that would make another model: isa, precision, pooling
  /// and normalize are decided.
  Encoder(std::shared_ptr<const models::SentenceModel> model, const kernels::Table& kernels,
          formats::SentenceFolder folder, const EncoderOptions& options = {});
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;
  ~Encoder();

  Embeddings embed(std::span<const std::string> texts, std::stop_token stop = {}) const;
  std::vector<float> embed(std::string_view text) const;

  /// The tokens of texts as the model sees them, special ones and prompt included: what embed() makes vectors of.
  TokenizedTexts tokenize(std::span<const std::string> texts, std::stop_token stop = {}) const;
  /// Those of one text; with Overflow::mean the first chunk's.
  TextInfo tokens(const std::string& text, std::vector<text::TokenId>& ids) const;

  /// Appends the types of a text's tokens(), where the model is given any; else nothing.
  void append_types(std::size_t tokens, std::vector<text::TokenId>& types) const;

  /// Embeds a stream of any length in bounded memory. Throws Cancelled once `waiting` is to stop. Where `source` was
  /// made with the same `waiting`, its texts are embedded and handed on at once when it has to wait for more; else the
  /// rows of some come together; `done` is told of them one batch after the other.
  void stream(const data::TextSource& source, const EmbeddingSink& sink, const data::Waiting& waiting = {},
              const TextsDone& done = {}) const;

  std::size_t dimensions() const;
  /// The tokens of a text that reach the vector; nothing where all do, whatever its length.
  std::optional<std::size_t> max_tokens() const;
  /// What stands before every text; empty where nothing does.
  const std::string& prompt() const;
  /// The tokens of the prompt with which every text begins; 0 where there is none.
  std::size_t prompt_tokens() const;
  kernels::Isa isa() const;
  kernels::Precision precision() const;
  unsigned threads() const;
  const formats::SentenceFolder& folder() const;
  /// The packed model that the weights lie in; nothing when they were read from the ordinary files.
  std::optional<std::filesystem::path> packed_model() const;
  /// Why a packed model that the folder has was not used, as a sentence for people; else empty.
  const std::string& packed_model_note() const;
  /// What was assumed, left out or not used when the model was loaded, that included, what the folder says and others
  /// of its files overrule, and what its settings make useless: a sentence each, for people.
  std::vector<std::string> notes() const;
  const text::Tokenizer& tokenizer() const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace mana::engine
