#include "mana/cli/shell/query_encoder_options.h"

#include <fmt/format.h>

namespace mana::cli {

void QueryEncoderChoice::describe(Options& options, const std::string& query, const std::string& document) {
  options.group("Model");
  model.describe(options);
  const auto describe_prompt = [&](const std::string& name, const std::string& text, jobs::Prompt& prompt) {
    options.option(name, "NAME", fmt::format("Put this prompt of the model before each {}", text), prompt.name);
    options.option(name + "-text", "TEXT", fmt::format("Put this text before each {} instead", text), prompt.text);
  };
  describe_prompt("--query-prompt", query, prompts.query);
  describe_prompt("--document-prompt", document, prompts.document);
  vectors.describe_all_but_prompt(options);
  compute.describe(options);
}

engine::EncoderOptions QueryEncoderChoice::options() const {
  engine::EncoderOptions encoder;
  vectors.apply(encoder);
  compute.apply(encoder);
  return encoder;
}

jobs::QueryEncoders QueryEncoderChoice::load(bool quiet) const {
  jobs::QueryEncoders encoders = jobs::load_query_encoders(model.folder(), options(), prompts);
  print_notes(encoders.queries, quiet);
  return encoders;
}

}  // namespace mana::cli
