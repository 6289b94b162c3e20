#include "mana/cli/model/inspection_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mana::cli {
namespace {

using nlohmann::ordered_json;

ordered_json json_of(const std::vector<jobs::ParameterCount>& counts) {
  ordered_json list = ordered_json::array();
  for (const auto& each : counts) list.push_back({{"part", each.part}, {"parameters", each.parameters}});
  return list;
}

ordered_json json_of(const std::vector<jobs::InspectedFile>& files) {
  ordered_json list = ordered_json::array();
  for (const jobs::InspectedFile& each : files) {
    ordered_json file = {{"name", each.name}, {"bytes", each.bytes}};
    if (each.weights) file.update({{"tensors", each.weights->tensors}, {"dtypes", each.weights->dtypes}});
    if (each.packed) file.update({{"version", each.packed->version}, {"sections", each.packed->sections}});
    list.push_back(std::move(file));
  }
  return list;
}

ordered_json json_of(const jobs::WeightOrigin& origin) {
  ordered_json weights = {{"from", origin.from_packed_model ? "packed model" : "ordinary files"}};
  if (!origin.note.empty()) weights["note"] = origin.note;
  if (origin.packed) {
    weights["layouts"] = origin.packed->layouts;
    weights["meant_for"] =
        origin.packed->meant_for ? ordered_json(kernels::name_of(*origin.packed->meant_for)) : ordered_json();
  }
  return weights;
}

}  // namespace

ordered_json json_of(const jobs::Inspection& model) {
  const formats::SentenceFolder& folder = model.folder;
  const jobs::ParameterCounts& counts = model.parameters;
  ordered_json architecture;
  for (const auto& [name, value] : model.architecture.parts) {
    std::visit([&](const auto& each) { architecture[name] = each; }, value);
  }
  std::vector<std::string_view> available;
  for (const kernels::Isa isa : kernels::available_isas()) available.push_back(kernels::name_of(isa));
  return {{"model", folder.folder.string()},
          {"architecture", architecture},
          {"pipeline", model.pipeline},
          {"dimensions", model.dimensions},
          {"max_tokens", model.max_tokens ? ordered_json(*model.max_tokens) : ordered_json()},
          {"similarity", formats::name_of(folder.similarity)},
          {"prompts", folder.prompts},
          {"default_prompt", folder.default_prompt_name ? ordered_json(*folder.default_prompt_name) : ordered_json()},
          {"weights", json_of(model.weights)},
          {"precision", kernels::name_of(model.precision)},
          {"isa", kernels::name_of(model.isa)},
          {"available_isas", available},
          {"parameters", counts.used_parameters + counts.unused_parameters},
          {"used_parameters", counts.used_parameters},
          {"unused_parameters", counts.unused_parameters},
          {"parts", json_of(counts.parts)},
          {"unused", json_of(counts.unused)},
          {"files", json_of(model.files)}};
}

std::string table_of(const ordered_json& about) {
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

}  // namespace mana::cli
