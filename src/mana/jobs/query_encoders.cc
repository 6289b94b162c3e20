#include "mana/jobs/query_encoders.h"

namespace mana::jobs {
namespace {

void put(const Prompt& prompt, engine::EncoderOptions& options) {
  options.prompt = prompt.text ? std::nullopt : std::optional(prompt.name);
  options.prompt_text = prompt.text;
}

/// Nothing where the model has no such prompt.
std::optional<std::string> text_of(const Prompt& prompt, const formats::SentenceFolder& folder) {
  if (prompt.text) return prompt.text;
  const auto found = folder.prompts.find(prompt.name);
  return found == folder.prompts.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

QueryEncoders load_query_encoders(const std::filesystem::path& folder, engine::EncoderOptions options,
                                  const QueryPrompts& prompts) {
  put(prompts.query, options);
  QueryEncoders encoders{engine::Encoder(folder, options), {}};
  const formats::SentenceFolder& model = encoders.queries.folder();
  const auto other = text_of(prompts.document, model);
  if (!other || other != text_of(prompts.query, model)) {
    put(prompts.document, options);
    encoders.other_documents.emplace(folder, options);
  }
  return encoders;
}

}  // namespace mana::jobs
