#include "mana/jobs/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <variant>

#include "mana/models/bert/config.h"
#include "mana/models/sentence/adapter.h"
#include "mana/models/static/static_embedding.h"

namespace mana::jobs {
namespace {

void count_encoder(const formats::SentenceFolder& folder, const formats::Checkpoint& checkpoint,
                   ParameterCounts& counts) {
  std::set<std::string, std::less<>> used;
  const auto use = [&](const std::string& name, const std::string& part, const formats::Shape& shape) {
    used.insert(name);
    if (counts.parts.empty() || counts.parts.back().part != part) counts.parts.push_back({part, 0});
    counts.parts.back().parameters += formats::element_count(shape);
  };
  if (folder.encoder == formats::EncoderKind::static_embedding) {
    for (const auto& [name, tensor] : checkpoint.tensors()) {
      if (models::is_static_tensor(name) && is_parameter(tensor)) use(name, "token embeddings", tensor.shape);
    }
  } else {
    for (const models::BertTensor& tensor : models::bert_tensors_in(checkpoint, models::encoder_config(folder))) {
      use(tensor.name, tensor.part, tensor.shape);
    }
  }
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    if (!used.contains(name) && is_parameter(tensor)) {
      counts.unused.push_back({name, formats::element_count(tensor.shape)});
    }
  }
  for (const auto& [name, tensor] : checkpoint.unread()) {
    counts.unused.push_back({fmt::format("{} ({})", name, tensor.type), formats::element_count(tensor.shape)});
  }
}

/// A module with a file of its own, all of which counts.
void count_module(std::string_view kind, const std::filesystem::path& folder, ParameterCounts& counts) {
  std::uint64_t parameters = 0;
  const formats::Checkpoint checkpoint = formats::Checkpoint::open(folder);
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    if (is_parameter(tensor)) parameters += formats::element_count(tensor.shape);
  }
  counts.parts.push_back({fmt::format("{} ({})", kind, folder.filename().string()), parameters});
}

std::uint64_t sum(const std::vector<ParameterCount>& counts) {
  std::uint64_t total = 0;
  for (const ParameterCount& each : counts) total += each.parameters;
  return total;
}

}  // namespace

bool is_parameter(const formats::StoredTensor& tensor) {
  constexpr DType kReals[] = {DType::f64, DType::f32, DType::f16, DType::bf16};
  return std::ranges::find(kReals, tensor.dtype) != std::end(kReals);
}

ParameterCounts count_parameters(const formats::SentenceFolder& folder, const formats::Checkpoint& checkpoint) {
  ParameterCounts counts;
  count_encoder(folder, checkpoint, counts);
  for (const formats::SentenceModule& module : folder.modules) {
    if (const auto* dense = std::get_if<formats::DenseModule>(&module)) count_module("dense", dense->folder, counts);
    if (const auto* norm = std::get_if<formats::LayerNormModule>(&module)) {
      count_module("layer norm", norm->folder, counts);
    }
  }
  counts.used_parameters = sum(counts.parts);
  counts.unused_parameters = sum(counts.unused);
  return counts;
}

}  // namespace mana::jobs
