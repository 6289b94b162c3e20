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

ordered_json json_of(const jobs::Architecture& architecture) {
  ordered_json parts;
  for (const auto& [name, value] : architecture.parts) {
    std::visit([&](const auto& each) { parts[name] = each; }, value);
  }
  return parts;
}

void add_computing(ordered_json& about, kernels::Precision precision, kernels::Isa isa) {
  std::vector<std::string_view> available;
  for (const kernels::Isa each : kernels::available_isas()) available.push_back(kernels::name_of(each));
  about["precision"] = kernels::name_of(precision);
  about["isa"] = kernels::name_of(isa);
  about["available_isas"] = available;
}

/// Nothing is counted where the packed model is alone.
void add_parameters(ordered_json& about, const jobs::ParameterCounts& counts) {
  if (counts.parts.empty()) {
    for (const char* name : {"parameters", "used_parameters", "unused_parameters"}) about[name] = nullptr;
    about["parts"] = about["unused"] = ordered_json::array();
    return;
  }
  about["parameters"] = counts.used_parameters + counts.unused_parameters;
  about["used_parameters"] = counts.used_parameters;
  about["unused_parameters"] = counts.unused_parameters;
  about["parts"] = json_of(counts.parts);
  about["unused"] = json_of(counts.unused);
}

}  // namespace

ordered_json json_of(const jobs::Inspection& model) {
  const formats::SentenceFolder& folder = model.folder;
  ordered_json about = {
      {"model", folder.folder.string()},
      {"architecture", json_of(model.architecture)},
      {"pipeline", model.pipeline},
      {"dimensions", model.dimensions},
      {"max_tokens", model.max_tokens ? ordered_json(*model.max_tokens) : ordered_json()},
      {"similarity", formats::name_of(folder.similarity)},
      {"prompts", folder.prompts},
      {"default_prompt", folder.default_prompt_name ? ordered_json(*folder.default_prompt_name) : ordered_json()},
      {"weights", json_of(model.weights)}};
  add_computing(about, model.precision, model.isa);
  add_parameters(about, model.parameters);
  if (model.classifier) {
    about["classifier"] = {{"classes", model.classifier->classes}, {"dimensions", model.classifier->dimensions}};
  }
  about["files"] = json_of(model.files);
  return about;
}

ordered_json json_of(const jobs::TranslatorInspection& model) {
  const generate::Options& search = model.search;
  ordered_json about = {
      {"model", model.folder.string()},
      {"architecture", json_of(model.architecture)},
      {"pipeline", model.pipeline},
      {"max_tokens", model.max_tokens},
      {"search", {{"beam", search.beam}, {"length_penalty", search.length_penalty}, {"max_length", search.max_length}}},
      {"weights", json_of(model.weights)}};
  add_computing(about, model.precision, model.isa);
  add_parameters(about, model.parameters);
  about["files"] = json_of(model.files);
  return about;
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
    if (about.contains(name)) line(name, text_of(about[name]));
  }
  if (about.contains("weights")) {
    const ordered_json& weights = about["weights"];
    line("weights", text_of(weights["from"]));
    if (weights.contains("note")) line("", text_of(weights["note"]));
    if (weights.contains("layouts")) {
      line("", fmt::format("packed as {}{}", fmt::join(weights["layouts"].get<std::vector<std::string>>(), ", "),
                           weights["meant_for"].is_null() ? "" : ", meant for " + text_of(weights["meant_for"])));
    }
  }
  line("isa", fmt::format("{} (here: {})", text_of(about["isa"]),
                          fmt::join(about["available_isas"].get<std::vector<std::string>>(), ", ")));
  std::string architecture;
  for (const auto& [name, value] : about["architecture"].items()) {
    architecture += fmt::format("{}{} {}", architecture.empty() ? "" : ", ", name, text_of(value));
  }
  line("architecture", architecture);
  line("pipeline", fmt::format("{}", fmt::join(about["pipeline"].get<std::vector<std::string>>(), " -> ")));
  if (about.contains("classifier")) {
    const auto classes = about["classifier"]["classes"].get<std::vector<std::string>>();
    line("classifier", fmt::format("{} classes upon vectors of {} dimensions: {}", classes.size(),
                                   text_of(about["classifier"]["dimensions"]), fmt::join(classes, ", ")));
    line("", fmt::format("use it: mana classify --model {} \"some text\"", text_of(about["model"])));
  }
  const ordered_json prompts = about.value("prompts", ordered_json::object());
  for (const auto& [name, prompt] : prompts.items()) {
    line("prompt", fmt::format("{}{}: {}", name, about["default_prompt"] == name ? " (default)" : "", prompt.dump()));
  }
  const auto counts = [&](const ordered_json& list) {
    for (const ordered_json& each : list) {
      text += fmt::format("  {:<46}{:>14}\n", text_of(each["part"]), each["parameters"].get<std::uint64_t>());
    }
  };
  line("parameters", about["parameters"].is_null()
                         ? "not counted: the packed model is all the weights that there are"
                         : fmt::format("{} in all, {} of them used", text_of(about["parameters"]),
                                       text_of(about["used_parameters"])));
  counts(about["parts"]);
  if (!about["unused"].empty()) line("not used", text_of(about["unused_parameters"]));
  counts(about["unused"]);
  std::uint64_t total = 0;
  for (const ordered_json& file : about["files"]) total += file["bytes"].get<std::uint64_t>();
  text += fmt::format("files           {:<32}{:>14} bytes in all\n", "", total);
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
