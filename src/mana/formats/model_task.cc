#include "mana/formats/model_task.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/printable.h"
#include "mana/formats/safetensors.h"

namespace mana::formats {
namespace {

/// What the end of an architecture's name says of the head on the encoder, and the tensor that a head has.
struct Head {
  std::string_view ending;
  std::string_view what;
  bool encodes;
};

constexpr std::array kHeads = {
    Head{"ForSequenceClassification", "a classifier of texts or pairs of them (a cross-encoder is one)", false},
    Head{"ForTokenClassification", "a classifier of tokens", false},
    Head{"ForQuestionAnswering", "a model that marks answers in texts", false},
    Head{"ForMultipleChoice", "a model that chooses between answers", false},
    Head{"ForCausalLM", "a language model that writes texts", false},
    Head{"LMHeadModel", "a language model that writes texts", false},
    Head{"ColBERT", "a model with a vector for each token, which are not meant to be pooled", true},
    Head{"ForMaskedLM", "a masked language model, not trained for vectors of texts", true},
    Head{"ForPreTraining", "a masked language model, not trained for vectors of texts", true},
    Head{"ForNextSentencePrediction", "a language model, not trained for vectors of texts", true},
};

/// config.json without `architectures` is told by a head's tensors.
ModelTask task_of_tensors(const std::filesystem::path& folder) {
  ModelTask task;
  if (!file_exists(folder / "model.safetensors")) return task;
  const Safetensors weights = Safetensors::open(folder / "model.safetensors");
  for (const std::string_view tensor : {"classifier.weight", "qa_outputs.weight", "score.weight"}) {
    if (!weights.tensors().contains(tensor)) continue;
    task.what = fmt::format("a classifier ({} is its head)", tensor);
    task.encodes = false;
  }
  return task;
}

}  // namespace

std::string ModelTask::note() const {
  if (what.empty()) return {};
  return architecture.empty() ? what : fmt::format("{} is {}", printable(architecture), what);
}

ModelTask read_model_task(const std::filesystem::path& folder) {
  if (!file_exists(folder / "config.json")) return {};
  const json::Document config = json::Document::read(folder / "config.json");
  const auto names = config.root().find("architectures");
  if (!names || names->array().empty()) return task_of_tensors(folder);
  ModelTask task;
  task.architecture = names->array().front().string();
  for (const Head& head : kHeads) {
    if (!task.architecture.ends_with(head.ending)) continue;
    task.what = head.what;
    task.encodes = head.encodes;
    break;
  }
  return task;
}

void require_encoder(const std::filesystem::path& folder) {
  const ModelTask task = read_model_task(folder);
  if (task.encodes) return;
  throw FormatError(fmt::format(
      "{} holds no model for vectors of texts: {}, and there is no modules.json; take a model that was trained for "
      "vectors, or, to use its encoder all the same, add a modules.json that says how",
      folder.string(), task.note()));
}

}  // namespace mana::formats
