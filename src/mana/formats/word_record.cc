#include "mana/formats/word_record.h"

#include <simdjson.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mana/base/file.h"
#include "mana/base/json.h"

namespace mana::formats {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFile = "word_vectors.json";
constexpr const char* kSkipGram = "skip-gram";
constexpr const char* kCbow = "cbow";
constexpr const char* kNegativeSampling = "negative-sampling";
constexpr const char* kHierarchicalSoftmax = "hierarchical-softmax";

Json json_of(const VectorTraining& training) {
  return {{"architecture", training.model == VectorTraining::Model::cbow ? kCbow : kSkipGram},
          {"objective",
           training.loss == VectorTraining::Loss::hierarchical_softmax ? kHierarchicalSoftmax : kNegativeSampling},
          {"window", training.window},
          {"negatives", training.negatives},
          {"epochs", training.epochs},
          {"min_count", training.minimum_count},
          {"sample", training.sample},
          {"tokens", training.tokens}};
}

/// Whether `value` is the second of two names, or the first.
bool is_second(const json::Value& value, std::string_view first, std::string_view second) {
  if (value.string() != first && value.string() != second)
    value.fail(std::string("must be \"").append(first).append("\" or \"").append(second).append("\""));
  return value.string() == second;
}

VectorTraining training_of(const json::Value& value) {
  const auto number = [&](std::string_view key) {
    return static_cast<std::int32_t>(value.at(key).integer(0, std::numeric_limits<std::int32_t>::max()));
  };
  VectorTraining training;
  if (is_second(value.at("architecture"), kSkipGram, kCbow)) training.model = VectorTraining::Model::cbow;
  if (is_second(value.at("objective"), kNegativeSampling, kHierarchicalSoftmax))
    training.loss = VectorTraining::Loss::hierarchical_softmax;
  training.window = number("window");
  training.negatives = number("negatives");
  training.epochs = number("epochs");
  training.minimum_count = number("min_count");
  training.sample = value.at("sample").number();
  training.tokens = static_cast<std::uint64_t>(value.at("tokens").integer(0, std::numeric_limits<std::int64_t>::max()));
  return training;
}

std::vector<std::uint64_t> counts_of(const json::Value& value) {
  std::vector<std::uint64_t> counts;
  if (!value.is_array()) value.fail("must be an array");
  for (const simdjson::dom::element each : value.raw().get_array()) {
    std::uint64_t count = 0;
    if (each.get(count) != simdjson::SUCCESS) value.fail("must hold whole numbers");
    counts.push_back(count);
  }
  return counts;
}

}  // namespace

void write_word_record(const std::filesystem::path& folder, const WordVectors& vectors) {
  if (vectors.counts.empty()) return;
  Json record = Json::object();
  if (vectors.training) record["training"] = json_of(*vectors.training);
  record["counts"] = vectors.counts;
  AtomicFile file(folder / kFile);
  file.write(record.dump() + "\n");
  file.commit();
}

void read_word_record(const std::filesystem::path& folder, WordVectors& vectors) {
  if (!file_exists(folder / kFile)) return;
  const json::Document record = json::Document::read(folder / kFile);
  const auto counts = record.root().find("counts");
  if (!counts) return;
  std::vector<std::uint64_t> numbers = counts_of(*counts);
  if (numbers.empty() || numbers.size() + 1 != vectors.size()) return;
  vectors.words.pop_back();
  if (!vectors.begins.empty()) vectors.begins.pop_back();
  vectors.counts = std::move(numbers);
  if (const auto training = record.root().find("training")) vectors.training = training_of(*training);
}

}  // namespace mana::formats
