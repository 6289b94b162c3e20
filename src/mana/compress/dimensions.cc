#include "mana/compress/dimensions.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <variant>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/compress/principal_axes.h"
#include "mana/engine/encoder.h"
#include "mana/models/sentence/model_folder.h"

namespace mana::compress {
namespace {

constexpr const char* kConfig = "config_sentence_transformers.json";

void require_fewer(std::size_t dimensions, std::size_t of_the_model) {
  if (dimensions == 0 || dimensions > of_the_model) {
    throw ArgumentError(
        fmt::format("{} dimensions cannot be kept: the model's vectors have {}", dimensions, of_the_model));
  }
}

engine::EncoderOptions exactly(unsigned threads) {
  engine::EncoderOptions options;
  options.threads = threads;
  options.precision = kernels::Precision::f32;
  return options;
}

bool normalizes(const formats::SentenceFolder& model) {
  return !model.modules.empty() && std::holds_alternative<formats::NormalizeModule>(model.modules.back());
}

void write_dense(const std::filesystem::path& folder, const std::vector<float>& weights, std::size_t outputs,
                 std::size_t inputs) {
  models::write_json(folder / "config.json", {{"in_features", inputs},
                                              {"out_features", outputs},
                                              {"bias", false},
                                              {"activation_function", "torch.nn.modules.linear.Identity"}});
  const formats::TensorToWrite tensor{
      "linear.weight", DType::f32, {outputs, inputs}, std::as_bytes(std::span(weights))};
  formats::write_safetensors(folder / "model.safetensors", {&tensor, 1});
}

}  // namespace

void reduce_dimensions(const std::filesystem::path& folder, std::size_t dimensions, std::span<const std::string> texts,
                       unsigned threads, const eval::TextProgress& progress, const std::stop_token& stop) {
  models::edit_json(folder / kConfig, [](models::Json& config) { config.erase("truncate_dim"); });
  const engine::Encoder encoder(folder, exactly(threads));
  require_fewer(dimensions, encoder.dimensions());
  if (texts.size() < dimensions) {
    throw ArgumentError(
        fmt::format("{} texts are too few to find {} dimensions: give a larger corpus", texts.size(), dimensions));
  }
  const engine::Embeddings vectors = eval::embed_texts(encoder, texts, progress, stop);
  const PrincipalAxes axes = principal_axes(vectors.values, vectors.dimensions);
  const std::vector<float> weights(axes.axes.begin(),
                                   axes.axes.begin() + static_cast<std::ptrdiff_t>(dimensions * vectors.dimensions));
  write_dense(models::append_module(folder, "Dense"), weights, dimensions, vectors.dimensions);
  if (normalizes(encoder.folder()))
    models::write_json(models::append_module(folder, "Normalize") / "config.json", models::Json::object());
}

void keep_first_dimensions(const std::filesystem::path& folder, std::size_t dimensions) {
  require_fewer(dimensions, engine::Encoder(folder, exactly(1)).dimensions());
  if (!file_exists(folder / kConfig)) models::write_json(folder / kConfig, models::Json::object());
  models::edit_json(folder / kConfig, [&](models::Json& config) { config["truncate_dim"] = dimensions; });
}

}  // namespace mana::compress
