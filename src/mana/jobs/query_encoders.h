#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "mana/engine/encoder.h"

namespace mana::jobs {

/// What stands before each text of a kind: a prompt of the model, where it has one of that name, or a text.
struct Prompt {
  std::string name;
  std::optional<std::string> text = {};
};
struct QueryPrompts {
  Prompt query{"query"}, document{"document"};
};

/// A model for queries and documents, each with its prompt: loaded once where the prompts are the same.
struct QueryEncoders {
  engine::Encoder queries;
  std::optional<engine::Encoder> other_documents;

  const engine::Encoder& documents() const { return other_documents ? *other_documents : queries; }
};

/// `options` without prompts of their own. Throws as Encoder's constructor.
QueryEncoders load_query_encoders(const std::filesystem::path& folder, engine::EncoderOptions options,
                                  const QueryPrompts& prompts = {});

}  // namespace mana::jobs
