#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mana/cli/shell/compute_options.h"
#include "mana/cli/shell/options.h"
#include "mana/engine/encoder.h"

namespace mana::cli {

/// Which model a command works with.
struct ModelChoice {
  std::string model = "all-MiniLM-L6-v2";

  void describe(Options& options);
  /// The model's folder. Throws ArgumentError when there is no such model.
  std::filesystem::path folder() const;
};

/// What the vectors are to be, where that is not what the model's folder says.
struct VectorOptions {
  std::optional<std::string> prompt;
  std::optional<std::string> prompt_text;
  std::optional<std::string> pooling;
  bool normalize = false;
  bool no_normalize = false;
  std::optional<std::size_t> truncate_dim;
  std::optional<std::size_t> max_tokens;
  engine::Overflow overflow = engine::Overflow::truncate;

  void describe(Options& options);
  /// The same without --prompt and --prompt-text, for commands where each kind of text has its own.
  void describe_all_but_prompt(Options& options);
  /// Throws UsageError for a pooling mode that is not known and for options that contradict each other.
  void apply(engine::EncoderOptions& encoder) const;
};

/// A model, what is asked of its vectors and how it computes: what every command that embeds has in common.
struct EncoderChoice {
  ModelChoice model;
  VectorOptions vectors;
  ComputeOptions compute;

  /// Under a title of their own.
  void describe(Options& options);
  /// Throws UsageError for values that mean nothing.
  engine::EncoderOptions options() const;
  /// Loads the model and says what is to be known of it. Throws as options() and Encoder's constructor do.
  engine::Encoder load(bool quiet) const;
};

/// The notes of a model (Encoder::notes) on standard error, each once; nothing when `quiet`.
void print_notes(const std::vector<std::string>& notes, bool quiet);
inline void print_notes(const engine::Encoder& encoder, bool quiet) { print_notes(encoder.notes(), quiet); }

/// Tells that a classifier's head is not taken along with its model: it knows the vectors as they were.
void note_classifier_left(const std::filesystem::path& model, bool quiet);

}  // namespace mana::cli
