#pragma once

#include <optional>
#include <string>

#include "mana/cli/shell/model_options.h"
#include "mana/engine/encoder.h"

namespace mana::cli {

/// A model for queries and documents, each with its prompt: loaded once where the prompts are the same.
struct QueryEncoders {
  engine::Encoder queries;
  std::optional<engine::Encoder> other_documents;

  const engine::Encoder& documents() const { return other_documents ? *other_documents : queries; }
};

/// The options of such a model.
struct QueryEncoderChoice {
  ModelChoice model;
  /// What stands before each text of a kind: a prompt of the model, or a text.
  struct Prompt {
    std::string name;
    std::optional<std::string> text;
  };
  Prompt query_prompt{"query", {}};
  Prompt document_prompt{"document", {}};
  VectorOptions vectors;
  ComputeOptions compute;

  /// Under a title of their own. `query` and `document` are the words of the command for them.
  void describe(Options& options, const std::string& query = "query", const std::string& document = "document");
  /// Throws UsageError for values that mean nothing.
  engine::EncoderOptions options() const;
  /// Says what is to be known of the model. Throws as options() and Encoder's constructor do.
  QueryEncoders load(bool quiet) const;
};

}  // namespace mana::cli
