#pragma once

#include <string>

#include "mana/cli/shell/model_options.h"
#include "mana/jobs/query_encoders.h"

namespace mana::cli {

/// The options of a model for queries and documents.
struct QueryEncoderChoice {
  ModelChoice model;
  jobs::QueryPrompts prompts;
  VectorOptions vectors;
  ComputeOptions compute;

  /// Under a title of their own. `query` and `document` are the words of the command for them.
  void describe(Options& options, const std::string& query = "query", const std::string& document = "document");
  /// Throws UsageError for values that mean nothing.
  engine::EncoderOptions options() const;
  /// Says what is to be known of the model. Throws as options() and Encoder's constructor do.
  jobs::QueryEncoders load(bool quiet) const;
};

}  // namespace mana::cli
