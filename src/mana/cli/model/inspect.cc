#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "mana/cli/model/parameters.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"
#include "mana/engine/encoder.h"
#include "mana/formats/packed_file.h"
#include "mana/models/bert/config.h"
#include "mana/models/sentence/adapter.h"
#include "mana/models/sentence/packed_model.h"
#include "mana/models/static/static_embedding.h"

namespace mana::cli {
namespace {

using nlohmann::ordered_json;

/// What a text goes through, one step after the other.
std::vector<std::string> pipeline_of(const engine::Encoder& encoder, const std::string& encoder_step) {
  const formats::SentenceFolder& folder = encoder.folder();
  std::vector<std::string> steps;
  if (folder.default_prompt_name) steps.push_back(fmt::format("prompt '{}'", *folder.default_prompt_name));
  if (folder.lower_case) steps.emplace_back("lower case");
  steps.push_back(encoder.max_tokens() ? fmt::format("tokens, at most {}", *encoder.max_tokens()) : "tokens");
  steps.push_back(encoder_step);
  for (const formats::SentenceModule& module : folder.modules) {
    if (const auto* pooling = std::get_if<formats::PoolingModule>(&module)) {
      std::vector<std::string_view> names;
      names.reserve(pooling->modes.size());
      for (const formats::PoolingMode mode : pooling->modes) names.push_back(formats::name_of(mode));
      steps.push_back(fmt::format("pooling {}{}{}", fmt::join(names, "+"),
                                  pooling->include_prompt ? "" : " without prompt",
                                  folder.modules_assumed ? " (assumed: there is no modules.json)" : ""));
    } else if (const auto* dense = std::get_if<formats::DenseModule>(&module)) {
      steps.push_back(fmt::format("dense {}->{} {}{}", dense->in_features, dense->out_features,
                                  kernels::name_of(dense->activation), dense->residual ? " with residual" : ""));
    } else if (const auto* norm = std::get_if<formats::LayerNormModule>(&module)) {
      steps.push_back(fmt::format("layer norm {}", norm->dimension));
    } else {
      steps.emplace_back("normalize");
    }
  }
  if (folder.truncate_dim) steps.push_back(fmt::format("first {} dimensions", *folder.truncate_dim));
  return steps;
}

ordered_json counts_json(const std::vector<ParameterCount>& counts) {
  ordered_json list = ordered_json::array();
  for (const ParameterCount& each : counts) list.push_back({{"part", each.part}, {"parameters", each.parameters}});
  return list;
}

/// Every file below the folder; tensors and dtypes of those that hold weights.
ordered_json files_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    std::error_code broken;  // a link to nothing is no file
    if (entry.is_regular_file(broken)) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  ordered_json files = ordered_json::array();
  for (const std::filesystem::path& path : paths) {
    ordered_json file = {{"name", path.lexically_relative(folder).string()},
                         {"bytes", std::filesystem::file_size(path)}};
    if (path.extension() == ".safetensors") {
      const formats::Safetensors weights = formats::Safetensors::open(path);
      std::map<std::string, std::size_t> dtypes;
      for (const auto& [name, tensor] : weights.tensors()) ++dtypes[std::string(mana::name_of(tensor.dtype))];
      for (const auto& [name, tensor] : weights.unread()) ++dtypes[tensor.type];
      file["tensors"] = weights.tensors().size() + weights.unread().size();
      file["dtypes"] = dtypes;
    } else if (path.extension() == ".mana") {
      const formats::PackedFile packed = formats::PackedFile::open(path);
      file["version"] = packed.version();
      file["sections"] = packed.sections().size();
    }
    files.push_back(std::move(file));
  }
  return files;
}

/// Where the weights come from, and what the folder's packed model holds if it has one.
ordered_json weights_of(const engine::Encoder& encoder) {
  ordered_json weights = {{"from", encoder.packed_model() ? "packed model" : "ordinary files"}};
  if (!encoder.packed_model_note().empty()) weights["note"] = encoder.packed_model_note();
  if (const auto packed = models::PackedModel::open(encoder.folder())) {
    weights["layouts"] = packed->layouts();
    weights["meant_for"] = packed->precision() ? ordered_json(kernels::name_of(*packed->precision())) : ordered_json();
  }
  return weights;
}

/// What the encoder is, in parts and in a few words.
struct Architecture {
  ordered_json parts;
  std::string step;
};

Architecture architecture_of(const formats::SentenceFolder& folder,
                             const std::shared_ptr<const formats::Checkpoint>& checkpoint) {
  if (folder.encoder == formats::EncoderKind::static_embedding) {
    const models::StaticEmbedding embedding = models::load_static_embedding(checkpoint);
    return {{{"type", "static"}, {"width", embedding.width()}, {"vocabulary", embedding.vocabulary()}},
            fmt::format("mean of static vectors of {}", embedding.width())};
  }
  const models::BertConfig config = models::encoder_config(folder);
  return {{{"type", "bert"},
           {"layers", config.layers},
           {"width", config.model},
           {"heads", config.heads},
           {"inner", config.inner},
           {"activation", config.activation_name},
           {"positions", config.positions},
           {"vocabulary", config.vocabulary}},
          fmt::format("bert, {} layers of {}", config.layers, config.model)};
}

ordered_json describe(const engine::Encoder& encoder) {
  const formats::SentenceFolder& folder = encoder.folder();
  const auto checkpoint = std::make_shared<const formats::Checkpoint>(models::open_encoder(folder));
  const Architecture architecture = architecture_of(folder, checkpoint);
  const ParameterCounts counts = count_parameters(folder, *checkpoint);
  std::vector<std::string_view> available;
  for (const kernels::Isa isa : kernels::available_isas()) available.push_back(kernels::name_of(isa));
  return {
      {"model", folder.folder.string()},
      {"architecture", architecture.parts},
      {"pipeline", pipeline_of(encoder, architecture.step)},
      {"dimensions", encoder.dimensions()},
      {"max_tokens", encoder.max_tokens() ? ordered_json(*encoder.max_tokens()) : ordered_json()},
      {"similarity", formats::name_of(folder.similarity)},
      {"prompts", folder.prompts},
      {"default_prompt", folder.default_prompt_name ? ordered_json(*folder.default_prompt_name) : ordered_json()},
      {"weights", weights_of(encoder)},
      {"precision", kernels::name_of(encoder.precision())},
      {"isa", kernels::name_of(encoder.isa())},
      {"available_isas", available},
      {"parameters", counts.used_parameters + counts.unused_parameters},
      {"used_parameters", counts.used_parameters},
      {"unused_parameters", counts.unused_parameters},
      {"parts", counts_json(counts.parts)},
      {"unused", counts_json(counts.unused)},
      {"files", files_of(folder.folder)},
  };
}

/// The same for a person.
std::string table(const ordered_json& about) {
  std::string text;
  const auto line = [&](std::string_view name, std::string_view value) {
    text += fmt::format("{:<14}{}\n", name, value);
  };
  const auto text_of = [](const ordered_json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
  };
  for (const char* name : {"model", "dimensions", "max_tokens", "similarity", "precision"}) {
    line(name, text_of(about[name]));
  }
  const ordered_json& weights = about["weights"];
  line("weights", text_of(weights["from"]));
  if (weights.contains("note")) line("", text_of(weights["note"]));
  if (weights.contains("layouts")) {
    line("", fmt::format("packed as {}{}", fmt::join(weights["layouts"].get<std::vector<std::string>>(), ", "),
                         weights["meant_for"].is_null() ? "" : ", meant for " + text_of(weights["meant_for"])));
  }
  line("isa", fmt::format("{} (here: {})", text_of(about["isa"]),
                          fmt::join(about["available_isas"].get<std::vector<std::string>>(), ", ")));
  std::string architecture;
  for (const auto& [name, value] : about["architecture"].items()) {
    architecture += fmt::format("{}{} {}", architecture.empty() ? "" : ", ", name, text_of(value));
  }
  line("architecture", architecture);
  line("pipeline", fmt::format("{}", fmt::join(about["pipeline"].get<std::vector<std::string>>(), " -> ")));
  for (const auto& [name, prompt] : about["prompts"].items()) {
    line("prompt", fmt::format("{}{}: {}", name, about["default_prompt"] == name ? " (default)" : "", prompt.dump()));
  }
  const auto counts = [&](const ordered_json& list) {
    for (const ordered_json& each : list) {
      text += fmt::format("  {:<46}{:>14}\n", text_of(each["part"]), each["parameters"].get<std::uint64_t>());
    }
  };
  line("parameters",
       fmt::format("{} in all, {} of them used", text_of(about["parameters"]), text_of(about["used_parameters"])));
  counts(about["parts"]);
  if (!about["unused"].empty()) line("not used", text_of(about["unused_parameters"]));
  counts(about["unused"]);
  text += "files\n";
  for (const ordered_json& file : about["files"]) {
    text += fmt::format("  {:<46}{:>14} bytes", text_of(file["name"]), file["bytes"].get<std::uint64_t>());
    if (file.contains("sections")) text += fmt::format(", {} sections", text_of(file["sections"]));
    if (file.contains("dtypes")) {
      for (const auto& [dtype, count] : file["dtypes"].items()) text += fmt::format(", {} {}", text_of(count), dtype);
    }
    text += '\n';
  }
  return text;
}

}  // namespace

int inspect(Options& options) {
  ModelChoice model;
  bool json = false;
  options.flag("--json", "Print a JSON object", json);
  options.group("Model");
  model.describe(options);
  if (!options.parse()) return 0;
  engine::EncoderOptions encoder_options;
  encoder_options.threads = 1;
  const engine::Encoder encoder(model.folder(), encoder_options);
  print_notes(encoder, options.quiet());
  const ordered_json about = describe(encoder);
  if (json) {
    print_json(about, 2);
  } else {
    print(table(about));
  }
  return 0;
}

}  // namespace mana::cli
