#include "mana/cli/shell/model_options.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "mana/base/file.h"
#include "mana/cli/shell/output.h"
#include "mana/formats/classifier_head.h"
#include "mana/formats/sentence_folder.h"
#include "mana/hub/hugging_face_cache.h"
#include "mana/hub/store.h"

namespace mana::cli {
namespace {

/// "cls,mean": several modes are concatenated.
std::vector<formats::PoolingMode> pooling_modes(std::string_view names) {
  std::vector<formats::PoolingMode> modes;
  try {
    for (std::size_t comma = names.find(','); comma != std::string_view::npos; comma = names.find(',')) {
      modes.push_back(formats::pooling_mode(names.substr(0, comma)));
      names.remove_prefix(comma + 1);
    }
    modes.push_back(formats::pooling_mode(names));
  } catch (const ArgumentError& error) {
    throw UsageError(fmt::format("--pooling: {}", error.what()));
  }
  return modes;
}

}  // namespace

void ModelChoice::describe(Options& options) {
  options.option("--model", "NAME", "A model's folder, or the name of one in the store or in Hugging Face's cache",
                 model);
}

std::filesystem::path ModelChoice::folder() const {
  // A folder needs no store, and so no home that it could be in.
  if (folder_exists(model)) return hub::model_folder(model);
  return hub::Store::from_environment().resolve(model);
}

void VectorOptions::describe(Options& options) {
  options.option("--prompt", "NAME", "Put this prompt of the model before each text", prompt);
  options.option("--prompt-text", "TEXT", "Put this text before each, as \"query: \"; none if it is empty",
                 prompt_text);
  describe_all_but_prompt(options);
}

void VectorOptions::describe_all_but_prompt(Options& options) {
  options.option("--pooling", "MODES", "Pool so, not as the model says: cls, max, mean, …, or several: cls,mean",
                 pooling);
  options.flag("--normalize", "Give every vector length 1, after --truncate-dim", normalize);
  options.flag("--no-normalize", "Leave the vectors at the length that they have", no_normalize);
  options.option("--truncate-dim", "N", "Keep the first N dimensions", truncate_dim, {.least = 1});
  options.option("--max-tokens", "N", "Tokens of a text that the model sees", max_tokens, {.least = 1});
  options.choice<engine::Overflow>(
      "--on-overflow", "What to do with a longer text: mean averages its chunks",
      {{"truncate", engine::Overflow::truncate}, {"error", engine::Overflow::error}, {"mean", engine::Overflow::mean}},
      overflow);
}

void VectorOptions::apply(engine::EncoderOptions& encoder) const {
  if (prompt && prompt_text) {
    throw UsageError("--prompt names a prompt of the model and --prompt-text is one: give one of them");
  }
  if (normalize && no_normalize) {
    throw UsageError("--normalize and --no-normalize contradict each other: give one of them");
  }
  encoder.prompt = prompt;
  encoder.prompt_text = prompt_text;
  if (normalize) encoder.normalize = true;
  if (pooling) encoder.pooling = pooling_modes(*pooling);
  if (no_normalize) encoder.normalize = false;
  encoder.truncate_dim = truncate_dim;
  encoder.max_tokens = max_tokens;
  encoder.overflow = overflow;
}

void EncoderChoice::describe(Options& options) {
  options.group("Model");
  model.describe(options);
  vectors.describe(options);
  compute.describe(options);
}

engine::EncoderOptions EncoderChoice::options() const {
  engine::EncoderOptions encoder;
  vectors.apply(encoder);
  compute.apply(encoder);
  return encoder;
}

engine::Encoder EncoderChoice::load(bool quiet) const {
  engine::Encoder encoder(model.folder(), options());
  print_notes(encoder, quiet);
  return encoder;
}

void print_notes(const std::vector<std::string>& notes, bool quiet) {
  if (quiet) return;
  for (const std::string& each : notes) note(each);
}

void note_classifier_left(const std::filesystem::path& model, bool quiet) {
  if (quiet || !formats::has_classifier(model)) return;
  note(fmt::format("{} is a classifier, whose classes are not taken along; mana train classifier learns them anew",
                   model.string()));
}

}  // namespace mana::cli
