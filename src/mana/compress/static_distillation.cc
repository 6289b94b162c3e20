#include "mana/compress/static_distillation.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <span>
#include <variant>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/printable.h"
#include "mana/base/processors.h"
#include "mana/base/team.h"
#include "mana/compress/principal_axes.h"
#include "mana/compress/token_counts.h"
#include "mana/engine/finite_vectors.h"
#include "mana/formats/sentence_tokenizer.h"
#include "mana/kernels/table.h"
#include "mana/models/sentence/model_folder.h"
#include "mana/models/sentence/sentence_model.h"
#include "mana/text/tokenizer.h"

namespace mana::compress {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBatch = 128;  // tokens, each a text by itself

/// What the model makes of every token alone, [tokens, dimensions]: before a Normalize at the end.
std::vector<float> vectors_of_tokens(const models::SentenceModel& model, const text::Tokenizer& tokenizer,
                                     const kernels::Table& kernels, unsigned threads,
                                     const eval::TextProgress& progress, const std::stop_token& stop) {
  const std::size_t tokens = model.vocabulary();
  std::vector<float> vectors(tokens * model.dimensions);
  std::atomic<std::size_t> next = 0, done = 0;
  std::mutex mutex;
  Team team(thread_count(threads));
  team.run([&](unsigned) {
    Pool pool;
    for (std::size_t begin = next.fetch_add(kBatch); begin < tokens; begin = next.fetch_add(kBatch)) {
      if (stop.stop_requested()) throw Cancelled("the distillation was cancelled");
      const std::size_t end = std::min(begin + kBatch, tokens);
      std::vector<text::TokenId> ids;
      std::vector<std::uint32_t> offsets = {0};
      for (std::size_t token = begin; token < end; ++token) {
        const text::TokenId id = static_cast<text::TokenId>(token);
        tokenizer.wrap({&id, 1}, ids);
        offsets.push_back(static_cast<std::uint32_t>(ids.size()));
      }
      std::vector<text::TokenId> types;
      for (std::size_t i = 1; i < offsets.size() && tokenizer.has_types(); ++i) {
        tokenizer.append_types(offsets[i] - offsets[i - 1], types);
      }
      const Tensor rows = model({kernels, pool}, {.ids = ids, .type_ids = types, .offsets = offsets});
      std::copy_n(rows.data(), (end - begin) * model.dimensions, vectors.data() + begin * model.dimensions);
      const std::size_t count = done += end - begin;
      const std::scoped_lock lock(mutex);
      if (progress) progress(count);
    }
  });
  return vectors;
}

void require_finite(const std::vector<float>& vectors, std::size_t width, const text::Tokenizer& tokenizer) {
  for (std::size_t token = 0; token * width < vectors.size(); ++token) {
    if (engine::all_finite(std::span(vectors).subspan(token * width, width))) continue;
    throw FormatError(
        fmt::format("token {} (\"{}\") has no vector: the model gives numbers that are not finite, so its weights are "
                    "damaged; check them with mana verify",
                    token, printable(tokenizer.find_token(static_cast<text::TokenId>(token)).value_or(""))));
  }
}

/// Each token's share of the corpus. Every token is as if it had been seen a little more often, so that none has none.
std::vector<double> shares(const std::vector<std::uint64_t>& counts) {
  constexpr double kUnseen = 0.1;
  double total = 0;
  for (const std::uint64_t count : counts) total += static_cast<double>(count) + kUnseen;
  std::vector<double> all;
  all.reserve(counts.size());
  for (const std::uint64_t count : counts) all.push_back((static_cast<double>(count) + kUnseen) / total);
  return all;
}

std::vector<double> weighted_mean(const std::vector<float>& vectors, std::size_t width,
                                  const std::vector<double>& weights) {
  std::vector<double> mean(width);
  for (std::size_t token = 0; token < weights.size(); ++token) {
    for (std::size_t i = 0; i < width; ++i) mean[i] += weights[token] * double{vectors[token * width + i]};
  }
  return mean;
}

/// [tokens, outputs]
std::vector<float> project(const std::vector<float>& vectors, const std::vector<double>& centre,
                           const PrincipalAxes& axes, std::size_t outputs, const std::vector<double>& weights) {
  const std::size_t width = axes.dimensions;
  std::vector<float> table(weights.size() * outputs);
  std::vector<double> x(width);
  for (std::size_t token = 0; token < weights.size(); ++token) {
    for (std::size_t i = 0; i < width; ++i) x[i] = double{vectors[token * width + i]} - centre[i];
    for (std::size_t k = 0; k < outputs; ++k) {
      double sum = 0;
      const std::span<const double> axis = axes.axis(k);
      for (std::size_t i = 0; i < width; ++i) sum += axis[i] * x[i];
      table[token * outputs + k] = static_cast<float>(weights[token] * sum);
    }
  }
  return table;
}

/// Empties the folder of the transformer and writes the static embedding in its place.
void replace_model(const fs::path& folder, const fs::path& transformer, const std::vector<float>& table,
                   std::size_t dimensions, bool normalize) {
  models::Json tokenizer = models::read_json(transformer / "tokenizer.json");
  tokenizer["truncation"] = nullptr;  // sentence-transformers would heed both
  tokenizer["padding"] = nullptr;
  constexpr std::string_view kStay[] = {
      "config_sentence_transformers.json", "README.md", "LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE"};
  for (const fs::directory_entry& entry : std::vector(fs::directory_iterator(folder), fs::directory_iterator())) {
    if (std::ranges::find(kStay, entry.path().filename().string()) == std::end(kStay)) fs::remove_all(entry.path());
  }
  models::write_json(folder / "tokenizer.json", tokenizer);
  const formats::TensorToWrite tensor{
      "embedding.weight", DType::f32, {table.size() / dimensions, dimensions}, std::as_bytes(std::span(table))};
  formats::write_safetensors(folder / "model.safetensors", {&tensor, 1});
  models::list_module(folder, "StaticEmbedding", "");
  if (normalize) models::write_json(models::append_module(folder, "Normalize") / "config.json", models::Json::object());
  models::edit_json(folder / "config_sentence_transformers.json", [](models::Json& config) {
    config.erase("truncate_dim");
    config["default_prompt_name"] = nullptr;
    if (!config.contains("prompts") || !config["prompts"].is_object()) return;
    for (auto& [name, prompt] : config["prompts"].items()) prompt = "";
  });
}

}  // namespace

void distil_static(const fs::path& folder, const StaticOptions& options, std::span<const std::string> corpus,
                   const eval::TextProgress& progress, const std::stop_token& stop) {
  const formats::SentenceFolder teacher = formats::read_sentence_folder(folder);
  if (!teacher.contextual) {
    throw ArgumentError(fmt::format("{} is a static embedding already", folder.string()));
  }
  if (!file_exists(teacher.transformer / "tokenizer.json")) {
    throw ArgumentError(fmt::format("{} has no tokenizer.json, which a static embedding needs", folder.string()));
  }
  if (teacher.lower_case) {
    throw ArgumentError(
        fmt::format("{} lower-cases texts before its tokenizer, which a static embedding cannot say", folder.string()));
  }
  std::vector<formats::SentenceModule> modules = teacher.modules;
  const bool normalize = std::holds_alternative<formats::NormalizeModule>(modules.back());
  if (normalize) modules.pop_back();
  const kernels::Table& kernels = kernels::table(kernels::choose_isa({}), kernels::Precision::f32);
  const models::SentenceModel model = models::load_sentence_model(teacher, modules, kernels);
  if (options.dimensions == 0 || options.dimensions > model.dimensions) {
    throw ArgumentError(fmt::format(
        "a static embedding of {} dimensions cannot be made: the model has {}, which is the most that can be asked for",
        options.dimensions, model.dimensions));
  }
  const text::Tokenizer tokenizer = formats::load_tokenizer(teacher, model.vocabulary());

  tokenizer.require_vectors(model.vocabulary(), model.types(), "the model");
  const std::vector<double> p = shares(count_tokens(tokenizer, model.vocabulary(), corpus, {}, stop));
  const std::vector<float> x = vectors_of_tokens(model, tokenizer, kernels, options.threads, progress, stop);
  require_finite(x, model.dimensions, tokenizer);
  const std::vector<double> plain_mean =
      weighted_mean(x, model.dimensions, std::vector(p.size(), 1.0 / static_cast<double>(p.size())));
  const PrincipalAxes axes = principal_axes(x, model.dimensions, plain_mean);
  std::vector<double> weights;
  weights.reserve(p.size());
  for (const double share : p) weights.push_back(options.sif / (options.sif + share));
  const std::vector<float> table = project(x, weighted_mean(x, model.dimensions, p), axes, options.dimensions, weights);
  replace_model(folder, teacher.transformer, table, options.dimensions, normalize);
}

}  // namespace mana::compress
