#include "mana/jobs/convert.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/shell/report.h"

namespace mana::cli {
namespace {

enum class Form { ctranslate2 };

const char* name_of(jobs::ConvertedTokenizer tokenizer) {
  switch (tokenizer) {
    case jobs::ConvertedTokenizer::sentencepiece: return "sentencepiece";
    case jobs::ConvertedTokenizer::characters: return "characters";
    case jobs::ConvertedTokenizer::spaces: return "tokens between spaces";
  }
  return "";
}

}  // namespace

int convert_model(Options& options) {
  std::vector<std::string> sources;
  std::string output;
  Form form = Form::ctranslate2;
  bool force = false, json = false;
  options.arguments("DIR", "The folder of a model of another program", sources, 1);
  options.choice<Form>("--from", "Whose form it is in", {{"ctranslate2", Form::ctranslate2}}, form);
  options.option("--output", "DIR", "The folder to write", output);
  options.require("--output");
  options.flag("--force", "Replace a translator that is there", force);
  options.flag("--json", "Print a JSON object", json);
  if (!options.parse()) return 0;
  folder_name(output);

  return run_interruptibly([&](const Interruption&) {
    const jobs::ConvertResult result = jobs::convert_ctranslate2({sources.front(), output, force});
    print_report({{"output", output},
                  {"parameters", result.parameters},
                  {"width", result.config.model},
                  {"encoder_layers", result.config.encoder.layers},
                  {"decoder_layers", result.config.decoder.layers},
                  {"source_tokens", result.config.source_vocabulary},
                  {"target_tokens", result.config.target_vocabulary},
                  {"tokenizer", name_of(result.tokenizer)}},
                 json, {.names_as_words = true});
    return 0;
  });
}

}  // namespace mana::cli
