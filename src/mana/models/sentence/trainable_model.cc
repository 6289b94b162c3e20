#include "mana/models/sentence/trainable_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "mana/base/atomic_folder.h"
#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/kernels/required_precision.h"
#include "mana/models/fresh_weights.h"
#include "mana/models/parameters.h"
#include "mana/models/sentence/adapter.h"
#include "mana/models/sentence/legacy_schema.h"
#include "mana/models/sentence/model_folder.h"
#include "mana/models/sentence/weight_files.h"
#include "mana/models/sentence/written_model.h"
#include "mana/models/weight_reader.h"

namespace mana::models {
namespace {

namespace fs = std::filesystem;
using autograd::Parameter;

std::shared_ptr<Parameters> parameters_of(const formats::SentenceFolder& folder, SentenceModel& model,
                                          const std::optional<FreshStart>& fresh) {
  WeightFiles files(folder, folder.modules, model, fresh ? WeightFiles::Files::none_yet : WeightFiles::Files::there);
  const auto parameters = make_parameters(
      model, [&](const std::string& part, const auto& weights) { return files.tensors(part, weights); });
  if (fresh) {
    nn::walk(model, FreshWeights(parameters->parts, fresh->seed, fresh->deviation));
  } else {
    nn::walk(model, ParameterReader(parameters->parts, files));
  }
  nn::walk(model, TableViews(parameters));
  return parameters;
}

/// The parameters that have their tensors in the folder `part` of the model in `source`, as they are now.
std::vector<formats::TensorToWrite> trained_tensors(const fs::path& source, const fs::path& part,
                                                    const Parameters& parameters) {
  std::vector<formats::TensorToWrite> tensors;
  for (std::size_t i = 0; i < parameters.list.size(); ++i) {
    const auto& [folder, name, shape] = parameters.origins[i];
    if (folder.lexically_relative(source) != part) continue;
    const std::span<const float> values = parameters.list[i].values;
    tensors.push_back({name, DType::f32, shape, std::as_bytes(values)});
  }
  return tensors;
}

/// Adds what else the folder of the model that was trained has. A static embedding's table takes the place of all that
/// it was put together of.
void add_other_tensors(const formats::StoredWeights& stored_weights, std::vector<formats::TensorToWrite>& tensors) {
  std::set<std::string, std::less<>> written;
  for (const formats::TensorToWrite& tensor : tensors) {
    written.insert(tensor.name);
    if (stored_weights.find(tensor.name) == nullptr) written.insert({"embeddings", "mapping", "weights"});
  }
  for (const auto& [name, stored] : stored_weights.tensors()) {
    if (!written.contains(name)) tensors.push_back({name, stored.dtype, stored.shape, stored.bytes});
  }
  for (const auto& [name, tensor] : stored_weights.unread()) {
    tensors.push_back({.name = name, .shape = tensor.shape, .bytes = tensor.bytes, .type = tensor.type});
  }
}

/// Writes the pooling down where it is not the one that the model's own folder has.
void write_pooling(const formats::SentenceFolder& trained, const fs::path& target) {
  if (!trained.contextual) return;
  const formats::SentenceFolder before = formats::read_sentence_folder(trained.folder);
  const auto& own = std::get<formats::PoolingModule>(trained.modules.at(0));
  if (own.modes == std::get<formats::PoolingModule>(before.modules.at(0)).modes) return;
  Json modes = Json::array();
  for (const formats::PoolingMode mode : own.modes) modes.push_back(formats::name_of(mode));
  edit_json(listed_modules(target).at(1).folder / "config.json", [&](Json& config) {
    config = {{"word_embedding_dimension", facts_of(read_encoder_config(trained.transformer)).width},
              {"pooling_mode", modes},
              {"include_prompt", own.include_prompt}};
  });
}

}  // namespace

TrainableModel::TrainableModel(formats::SentenceFolder folder, kernels::Isa isa, kernels::Precision precision,
                               const std::optional<FreshStart>& fresh)
    : folder_(std::move(folder)), fresh_(fresh.has_value()) {
  kernels::require_trainable(precision, isa);
  kernels_ = &kernels::table(isa, precision);
  model_ = std::make_shared<SentenceModel>(make_sentence_model(folder_, folder_.modules, kernels_->layout));
  parameters_ = parameters_of(folder_, *model_, fresh);
  dropout_ = std::visit([](const auto& encoder) { return encoder.dropout(); }, model_->encoder);
  Pool pool;
  refresh({*kernels_, pool});
}

std::span<Parameter> TrainableModel::parameters() { return parameters_->list; }
std::span<const Parameter> TrainableModel::parameters() const { return parameters_->list; }

std::size_t TrainableModel::depth() const { return parameters_->depth; }

nn::Masks TrainableModel::masks(std::uint64_t seed, std::uint64_t step) const {
  nn::Masks masks = dropout_;
  masks.seed = seed;
  masks.step = step;
  return masks;
}

nn::Training TrainableModel::training(autograd::Tape& tape, nn::Masks& masks) const {
  return {tape, parameters_->parts, masks};
}

autograd::Variable TrainableModel::operator()(const nn::Training& training, const nn::TokenBatch& batch,
                                              std::size_t prompt_tokens) const {
  return (*model_)(training, batch, prompt_tokens);
}

void TrainableModel::refresh(const nn::Run& run) {
  const auto timer = run.timer("packing of weights");
  nn::walk(*model_, Refresh(parameters_->parts, run));
}

void TrainableModel::save(const fs::path& folder, std::span<const NamedText> extra) const {
  const fs::path& source = folder_.folder;
  AtomicFolder target(folder, AtomicFolder::Existing::replace, foreign_file);
  copy_description(source, target.temporary());
  write_pooling(folder_, target.temporary());
  const fs::path encoder = folder_.transformer.lexically_relative(source);
  for (const fs::path& part : weight_folders(source)) {
    std::optional<formats::StoredWeights> stored_weights;  // the tensors' memory
    std::vector<formats::TensorToWrite> tensors = trained_tensors(source, part, *parameters_);
    if (!fresh_) {
      stored_weights = part == encoder ? open_encoder(folder_) : formats::StoredWeights::open(source / part);
      add_other_tensors(*stored_weights, tensors);
    }
    formats::write_safetensors(target.temporary() / part / "model.safetensors", tensors);
  }
  edit_json(target.temporary() / encoder / "config.json", [](Json& config) {
    for (const char* key : {"dtype", "torch_dtype"}) {
      if (config.contains(key)) config[key] = "float32";
    }
  });
  write_legacy_schema(target.temporary());
  for (const NamedText& each : extra) {
    AtomicFile file(target.temporary() / each.name);
    file.write(each.text);
    file.commit();
  }
  target.commit();
}

}  // namespace mana::models
