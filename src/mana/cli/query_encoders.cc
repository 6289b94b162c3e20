#include "mana/cli/query_encoders.h"

#include <fmt/format.h>

namespace mana::cli {

void QueryEncoderChoice::describe(Options& options, const std::string& query, const std::string& document) {
  options.group("Model");
  model.describe(options);
  options.option("--query-prompt", "NAME", fmt::format("Put this prompt of the model before each {}", query),
                 query_prompt);
  options.option("--document-prompt", "NAME", fmt::format("Put this prompt of the model before each {}", document),
                 document_prompt);
  vectors.describe_all_but_prompt(options);
  compute.describe(options);
}

engine::EncoderOptions QueryEncoderChoice::options() const {
  engine::EncoderOptions encoder;
  vectors.apply(encoder);
  compute.apply(encoder);
  return encoder;
}

QueryEncoders QueryEncoderChoice::load() const {
  engine::EncoderOptions encoder = options();
  encoder.prompt = query_prompt;
  QueryEncoders encoders{engine::Encoder(model.folder(), encoder), {}};
  const auto& prompts = encoders.queries.folder().prompts;
  const auto other = prompts.find(document_prompt);
  if (other == prompts.end() || other->second != prompts.at(query_prompt)) {
    encoder.prompt = document_prompt;
    encoders.other_documents.emplace(model.folder(), encoder);
  }
  return encoders;
}

}  // namespace mana::cli
