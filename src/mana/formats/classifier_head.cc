#include "mana/formats/classifier_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string_view>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/printable.h"
#include "mana/formats/safetensors.h"

namespace mana::formats {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::int64_t kMaxSize = std::int64_t{1} << 31;
constexpr const char* kConfig = "config.json";
constexpr const char* kWeights = "model.safetensors";

std::vector<std::string> parse_classes(const json::Value& list) {
  std::vector<std::string> classes;
  std::set<std::string_view> seen;
  for (const json::Value& name : list.array()) {
    if (!seen.insert(name.string()).second) name.fail(fmt::format("stands there twice: {}", printable(name.string())));
    classes.emplace_back(name.string());
  }
  if (classes.size() < 2) list.fail("must name at least two classes");
  return classes;
}

std::optional<std::size_t> parse_size(const json::Value& object, std::string_view key) {
  const auto value = object.find(key);
  return value ? std::optional(static_cast<std::size_t>(value->integer(1, kMaxSize))) : std::nullopt;
}

std::vector<PoolingMode> parse_pooling_modes(const json::Value& list) {
  std::vector<PoolingMode> modes;
  for (const json::Value& name : list.array()) {
    try {
      modes.push_back(pooling_mode(name.string()));
    } catch (const ArgumentError& error) {
      name.fail(fmt::format("is not known: {}", error.what()));
    }
  }
  if (modes.empty()) list.fail("must not be empty");
  return modes;
}

ClassifierVectors parse_vectors(const json::Value& object) {
  ClassifierVectors vectors;
  if (const auto prompt = object.find("prompt")) vectors.prompt = prompt->string();
  if (const auto text = object.find("prompt_text")) vectors.prompt_text = text->string();
  if (vectors.prompt && vectors.prompt_text) object.fail("names a prompt and gives one as prompt_text");
  if (const auto pooling = object.find("pooling")) vectors.pooling = parse_pooling_modes(*pooling);
  if (const auto normalize = object.find("normalize")) vectors.normalize = normalize->boolean();
  vectors.truncate_dim = parse_size(object, "truncate_dim");
  vectors.max_tokens = parse_size(object, "max_tokens");
  if (const auto average = object.find("average_chunks")) vectors.average_chunks = average->boolean();
  return vectors;
}

nlohmann::ordered_json json_of(const ClassifierVectors& vectors) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  if (vectors.prompt) object["prompt"] = *vectors.prompt;
  if (vectors.prompt_text) object["prompt_text"] = *vectors.prompt_text;
  if (vectors.pooling) {
    object["pooling"] = nlohmann::json::array();
    for (const PoolingMode mode : *vectors.pooling) object["pooling"].push_back(name_of(mode));
  }
  if (vectors.normalize) object["normalize"] = *vectors.normalize;
  if (vectors.truncate_dim) object["truncate_dim"] = *vectors.truncate_dim;
  if (vectors.max_tokens) object["max_tokens"] = *vectors.max_tokens;
  if (vectors.average_chunks) object["average_chunks"] = true;
  return object;
}

void require_finite(std::span<const float> values, std::string_view name, const std::filesystem::path& folder) {
  if (std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) return;
  throw FormatError(fmt::format("{}: {} has numbers that are not finite; train the classifier again",
                                (folder / kWeights).string(), name));
}

}  // namespace

bool has_classifier(const std::filesystem::path& folder) { return file_exists(folder / kClassifierFolder / kConfig); }

ClassifierConfig parse_classifier_config(const json::Value& config) {
  const json::Value version = config.at("version");
  if (version.integer() != kVersion) {
    version.fail(fmt::format("is {}; this program reads version {}", version.integer(), kVersion));
  }
  ClassifierConfig parsed;
  parsed.classes = parse_classes(config.at("classes"));
  parsed.dimensions = static_cast<std::size_t>(config.at("dimensions").integer(1, kMaxSize));
  if (const auto vectors = config.find("vectors")) parsed.vectors = parse_vectors(*vectors);
  return parsed;
}

ClassifierHead read_classifier_head(const std::filesystem::path& folder) {
  if (!has_classifier(folder)) {
    throw ArgumentError(
        fmt::format("{} is no classifier: it has no {}/{}; mana train classifier makes a classifier of a model",
                    folder.string(), kClassifierFolder, kConfig));
  }
  const std::filesystem::path head_folder = folder / kClassifierFolder;
  ClassifierHead head;
  head.config = parse_classifier_config(json::Document::read(head_folder / kConfig).root());
  const StoredWeights stored_weights = StoredWeights::open(head_folder);
  const std::size_t classes = head.config.classes.size();
  head.weights = stored_weights.f32("weight", {classes, head.config.dimensions});
  head.bias = stored_weights.f32("bias", {classes});
  require_finite(head.weights, "weight", head_folder);
  require_finite(head.bias, "bias", head_folder);
  return head;
}

void write_classifier_head(const std::filesystem::path& folder, const ClassifierHead& head) {
  const std::filesystem::path head_folder = folder / kClassifierFolder;
  std::error_code error;
  std::filesystem::create_directories(head_folder, error);
  if (error) throw IoError(fmt::format("cannot make the folder {}: {}", head_folder.string(), error.message()));
  const std::size_t classes = head.config.classes.size();
  const std::vector<TensorToWrite> tensors = {
      {"weight", DType::f32, {classes, head.config.dimensions}, std::as_bytes(std::span(head.weights))},
      {"bias", DType::f32, {classes}, std::as_bytes(std::span(head.bias))}};
  write_safetensors(head_folder / kWeights, tensors);
  const nlohmann::ordered_json config = {{"version", kVersion},
                                         {"classes", head.config.classes},
                                         {"dimensions", head.config.dimensions},
                                         {"vectors", json_of(head.config.vectors)}};
  AtomicFile file(head_folder / kConfig);
  try {
    file.write(config.dump(2) + "\n");
  } catch (const nlohmann::json::exception&) {
    throw ArgumentError("the name of a class is not valid UTF-8; mend the labels");
  }
  file.commit();
}

}  // namespace mana::formats
