#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mana/base/team.h"
#include "mana/explain/attention_numbers.h"
#include "mana/generate/translator.h"
#include "mana/jobs/explain/explained_tokens.h"
#include "mana/jobs/explain/open_encoder.h"
#include "mana/kernels/isa.h"
#include "mana/operations/attention_weights.h"

namespace mana::jobs {

/// One of a model's stacks of attention, and what of a text looks at what.
struct AttentionStack {
  struct Layer {
    operations::AttentionWeights weights;  ///< [heads, queries, keys]
    explain::LayerNumbers numbers;
  };

  std::string name = {};  ///< "encoder", "decoder" (its own tokens), "cross" (from those to the source)
  std::vector<ExplainedToken> queries = {};  ///< that look
  std::vector<ExplainedToken> keys = {};     ///< that are looked at
  std::vector<Layer> layers = {};
};

/// What the tokens of a text look at in every head of every layer.
struct ExplainedAttention {
  std::string text = {};
  std::optional<std::string> target = {};  ///< of a translator: the translation that its decoder read
  std::size_t top = 0;                     ///< of how many weights HeadNumbers::top_mass is the sum
  std::vector<AttentionStack> stacks = {};
};

struct AttentionOptions {
  std::filesystem::path model = {};  ///< the folder of a sentence encoder, or of a translator
  std::size_t top = 5;
  unsigned threads = 0;                  ///< 0: one for each processor
  std::optional<kernels::Isa> isa = {};  ///< a cap; nothing: MANA_ISA, else the best of the machine

  /// Throws OptionError.
  void check() const;
};

/// Runs a model on one text after the other and keeps what its attention looks at, computed in f32.
class AttentionExplainer {
 public:
  /// Throws IoError, FormatError; ArgumentError for a model without attention.
  explicit AttentionExplainer(const AttentionOptions& options);

  bool translates() const { return std::holds_alternative<generate::Translator>(model_); }
  /// `target`: the translation that a translator's decoder is to read; without it, the one that it finds. Throws
  /// ArgumentError for a text without a token and one with more than the model has positions, the target's included,
  /// and for a target where nothing is translated.
  ExplainedAttention operator()(std::string_view text, std::optional<std::string_view> target = {});

 private:
  ExplainedAttention look(const OpenEncoder& model, std::string_view text);
  ExplainedAttention look(generate::Translator& translator, std::string_view text,
                          std::optional<std::string_view> target);
  AttentionStack::Layer layer_of(std::vector<operations::AttentionWeights>& of_texts);

  std::size_t top_;
  std::unique_ptr<Team> team_;
  std::variant<OpenEncoder, generate::Translator> model_;
};

}  // namespace mana::jobs
