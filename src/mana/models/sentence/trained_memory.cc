#include "mana/models/sentence/trained_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "mana/models/sentence/adapter.h"

namespace mana::models {
namespace {

namespace fs = std::filesystem;
using autograd::Parameter;
using formats::Checkpoint;

constexpr const char* kStaticTable = "embedding.weight";

/// A tensor that the model reads.
struct Source {
  fs::path folder;
  std::string tensor;  ///< its name there
  formats::Shape shape;
  std::string prefix;  ///< of the parameter's name
};

/// All of them, in the order in which parts are visited.
std::vector<Source> sources_of(const formats::SentenceFolder& folder, const SentenceModel& model) {
  std::vector<Source> sources;
  if (const auto* embedding = std::get_if<StaticEmbedding>(&model.encoder)) {
    sources.push_back({folder.transformer, kStaticTable, {embedding->vocabulary(), embedding->width()}, ""});
  } else {
    const Checkpoint checkpoint = open_encoder(folder);
    for (BertTensor& tensor : bert_tensors_in(checkpoint, std::get<PooledBert>(model.encoder).bert.config)) {
      sources.push_back({folder.transformer, std::move(tensor.name), std::move(tensor.shape), ""});
    }
  }
  for (const formats::SentenceModule& module : folder.modules) {
    const auto add = [&](const fs::path& path, const char* tensor, formats::Shape shape) {
      sources.push_back({path, tensor, std::move(shape), path.filename().string() + "/"});
    };
    if (const auto* dense = std::get_if<formats::DenseModule>(&module)) {
      add(dense->folder, "linear.weight", {dense->out_features, dense->in_features});
      if (dense->bias) add(dense->folder, "linear.bias", {dense->out_features});
      const bool shortcut = dense->residual && dense->in_features != dense->out_features;
      if (shortcut) add(dense->folder, "residual.weight", {dense->out_features, dense->in_features});
    } else if (const auto* norm = std::get_if<formats::LayerNormModule>(&module)) {
      for (const char* tensor : {"norm.weight", "norm.bias"}) add(norm->folder, tensor, {norm->dimension});
    }
  }
  return sources;
}

/// Makes the parameters of each part, and plans where they lie: those of one product side by side, each product from a
/// multiple of 64 bytes.
class Planner {
 public:
  Planner(const fs::path& folder, const std::vector<Source>& sources, TrainedMemory& memory)
      : folder_(folder), sources_(sources), memory_(memory) {
    memory.parameters.reserve(sources.size());  // parts keep their addresses
    offsets_.resize(sources.size());
  }

  void operator()(const std::string& name, nn::EmbeddingTable& table) {
    Parameter* parameter = next();
    parameter->sparse = name == "embeddings.word" || name == kStaticTable;
    place({parameter});
    memory_.parts.add(table, {parameter});
  }
  void operator()(const std::string&, nn::LayerNorm& norm) {
    Parameter* const gamma = next();
    Parameter* const beta = next();
    place({gamma});
    place({beta});
    memory_.parts.add(norm, {gamma, beta});
  }
  void operator()(const std::string&, nn::Linear& linear) {
    nn::TrainedLinear trained;
    for (std::size_t rows = 0; rows < linear.weights.outputs(); rows += trained.weights.back()->rows) {
      trained.weights.push_back(next());
      if (next_is_bias()) trained.biases.push_back(next());
    }
    place(trained.weights);
    place(trained.biases);
    linear.weights.allocate();
    memory_.parts.add(linear, std::move(trained));
  }

  /// To be called when all parts are known.
  void give_memory() {
    memory_.values = Buffer<float>(size_);
    memory_.gradients = Buffer<float>(size_);
    for (std::size_t i = 0; i < offsets_.size(); ++i) {
      Parameter& parameter = memory_.parameters[i];
      parameter.values = {memory_.values.data() + offsets_[i], parameter.size()};
      parameter.gradient = {memory_.gradients.data() + offsets_[i], parameter.size()};
    }
  }

 private:
  bool next_is_bias() const {
    if (next_ == sources_.size() || sources_[next_].shape.size() != 1) return false;
    return sources_[next_].tensor.ends_with(".bias");
  }

  Parameter* next() {
    const Source& source = sources_.at(next_++);
    const bool matrix = source.shape.size() == 2;
    Parameter& parameter = memory_.parameters.emplace_back();
    parameter.name = source.prefix + source.tensor;
    parameter.rows = matrix ? source.shape[0] : 1;
    parameter.columns = source.shape.back();
    parameter.decays = matrix;
    memory_.origins.push_back({source.folder.lexically_relative(folder_), source.tensor});
    return &parameter;
  }

  void place(const std::vector<Parameter*>& together) {
    constexpr std::size_t kAlignment = 16;  // floats
    for (const Parameter* parameter : together) {
      offsets_[static_cast<std::size_t>(parameter - memory_.parameters.data())] = size_;
      size_ += parameter->size();
    }
    size_ = (size_ + kAlignment - 1) / kAlignment * kAlignment;
  }

  const fs::path& folder_;
  const std::vector<Source>& sources_;
  TrainedMemory& memory_;
  std::vector<std::size_t> offsets_;
  std::size_t next_ = 0;
  std::size_t size_ = 0;
};

void read_values(const formats::SentenceFolder& model_folder, const std::vector<Source>& sources,
                 const SentenceModel& model, std::span<Parameter> parameters) {
  fs::path folder;
  std::optional<Checkpoint> checkpoint;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    Parameter& parameter = parameters[i];
    if (const auto* embedding = std::get_if<StaticEmbedding>(&model.encoder); embedding != nullptr && i == 0) {
      for (std::size_t row = 0; row < parameter.rows; ++row) embedding->table.add(row, parameter.row(row));
      continue;
    }
    if (!checkpoint || folder != sources[i].folder) {
      folder = sources[i].folder;
      checkpoint = folder == model_folder.transformer ? open_encoder(model_folder) : Checkpoint::open(folder);
    }
    std::ranges::copy(checkpoint->f32(sources[i].tensor, sources[i].shape), parameter.values.begin());
  }
}

/// A model whose embeddings are looked up in the parameters' memory.
class TableViews {
 public:
  TableViews(const nn::TrainedParts& parts, std::shared_ptr<const void> owner)
      : parts_(parts), owner_(std::move(owner)) {}
  void operator()(const std::string&, nn::EmbeddingTable& table) const {
    const Parameter& parameter = *parts_.of(table).table;
    table = {std::as_bytes(parameter.values), DType::f32, parameter.columns, owner_};
  }
  void operator()(const std::string&, nn::LayerNorm&) const {}
  void operator()(const std::string&, nn::Linear&) const {}

 private:
  const nn::TrainedParts& parts_;
  std::shared_ptr<const void> owner_;
};

/// for_each_part() with the table of a static embedding.
template <class Visit>
void for_each_trained_part(SentenceModel& model, Visit& visit) {
  if (auto* embedding = std::get_if<StaticEmbedding>(&model.encoder)) visit(kStaticTable, embedding->table);
  for_each_part(model, visit);
}

}  // namespace

std::shared_ptr<TrainedMemory> make_trained_memory(const formats::SentenceFolder& folder, SentenceModel& model) {
  const auto memory = std::make_shared<TrainedMemory>();
  const std::vector<Source> sources = sources_of(folder, model);
  Planner planner(folder.folder, sources, *memory);
  for_each_trained_part(model, planner);
  planner.give_memory();
  read_values(folder, sources, model, memory->parameters);
  TableViews views(memory->parts, memory);
  for_each_trained_part(model, views);
  return memory;
}

}  // namespace mana::models
