#include "mana/cli/shell/query_encoders.h"

#include <fmt/format.h>

namespace mana::cli {
namespace {

using Prompt = QueryEncoderChoice::Prompt;

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

void QueryEncoderChoice::describe(Options& options, const std::string& query, const std::string& document) {
  options.group("Model");
  model.describe(options);
  const auto describe_prompt = [&](const std::string& name, const std::string& text, Prompt& prompt) {
    options.option(name, "NAME", fmt::format("Put this prompt of the model before each {}", text), prompt.name);
    options.option(name + "-text", "TEXT", fmt::format("Put this text before each {} instead", text), prompt.text);
  };
  describe_prompt("--query-prompt", query, query_prompt);
  describe_prompt("--document-prompt", document, document_prompt);
  vectors.describe_all_but_prompt(options);
  compute.describe(options);
}

engine::EncoderOptions QueryEncoderChoice::options() const {
  engine::EncoderOptions encoder;
  vectors.apply(encoder);
  compute.apply(encoder);
  return encoder;
}

QueryEncoders QueryEncoderChoice::load(bool quiet) const {
  engine::EncoderOptions encoder = options();
  put(query_prompt, encoder);
  QueryEncoders encoders{engine::Encoder(model.folder(), encoder), {}};
  print_notes(encoders.queries, quiet);
  const formats::SentenceFolder& folder = encoders.queries.folder();
  const auto other = text_of(document_prompt, folder);
  if (!other || other != text_of(query_prompt, folder)) {
    put(document_prompt, encoder);
    encoders.other_documents.emplace(model.folder(), encoder);
  }
  return encoders;
}

}  // namespace mana::cli
