#include "mana/models/sentence/model_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>
#include <system_error>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/python_json.h"
#include "mana/formats/sentence_modules.h"
#include "mana/hub/tokenizer_files.h"
#include "mana/models/sentence/adapter.h"
#include "mana/models/sentence/packed_model.h"

namespace mana::models {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModules = "modules.json";
constexpr const char* kWeights = "model.safetensors";
constexpr std::array kIndices = {"model.safetensors.index.json", "pytorch_model.bin.index.json"};
constexpr const char* kClasses = "sentence_transformers.models.";  // these addresses are read by every version

constexpr std::array kOfTheModel = {
    kModules, "config_sentence_transformers.json", "README.md", "LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE"};
constexpr std::array kOfTheEncoder = {"config.json",
                                      "generation_config.json",
                                      "sentence_bert_config.json",
                                      "sentence_roberta_config.json",
                                      "sentence_distilbert_config.json",
                                      "sentence_camembert_config.json",
                                      "sentence_albert_config.json",
                                      "sentence_xlm-roberta_config.json",
                                      "sentence_xlnet_config.json"};

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw IoError(fmt::format("cannot make the folder {}: {}", folder.string(), error.message()));
}

void copy_one(const fs::path& from, const fs::path& to) {
  make_folder(to.parent_path());
  const MappedFile source(from);
  AtomicFile copy(to);
  copy.write(source.bytes());
  copy.commit();
}

void copy_if_there(const fs::path& from, const fs::path& to, std::string_view name) {
  if (file_exists(from / name)) copy_one(from / name, to / name);
}

/// The weights of an encoder with its adapter, as one file.
void write_merged_weights(const formats::SentenceFolder& model, const fs::path& to) {
  const formats::StoredWeights stored_weights = open_encoder(model);
  std::vector<formats::TensorToWrite> tensors;
  for (const auto& [name, tensor] : stored_weights.tensors()) {
    tensors.push_back({name, tensor.dtype, tensor.shape, tensor.bytes});
  }
  for (const auto& [name, tensor] : stored_weights.unread()) {
    tensors.push_back({.name = name, .shape = tensor.shape, .bytes = tensor.bytes, .type = tensor.type});
  }
  make_folder(to);
  formats::write_safetensors(to / kWeights, tensors);
}

void copy_weights(const fs::path& from, const fs::path& to) {
  const formats::StoredWeights stored_weights = formats::StoredWeights::open(from);
  for (const formats::WeightFile& file : stored_weights.files()) {
    const fs::path& path = file.path();
    copy_one(path, to / path.lexically_relative(from));
  }
  if (stored_weights.files().size() == 1 && file_exists(to / kWeights)) return;
  for (const char* index : kIndices) copy_if_there(from, to, index);
}

/// What is assumed of a folder without modules.json, written down.
void write_assumed_modules(const fs::path& folder, std::size_t width) {
  list_module(folder, "Transformer", "");
  write_json(append_module(folder, "Pooling") / "config.json",
             {{"word_embedding_dimension", width}, {"pooling_mode_mean_tokens", true}});
}

}  // namespace

Json read_json(const fs::path& path) {
  json::Document::read(path);  // for its limits, and its messages
  try {
    const std::string text = read_file(path);
    const Json json = Json::parse(text, nullptr, false);
    // What Python writes beyond JSON: null has to stand for NaN, for which the library has no word.
    return json.is_discarded() ? Json::parse(json::strict_json(text, json::NotFinite::null).text) : json;
  } catch (const nlohmann::json::exception&) {
    throw FormatError(
        fmt::format("{} holds a number that is too large to be written again: correct it", path.string()));
  }
}

void write_json(const fs::path& path, const Json& json) {
  AtomicFile file(path);
  file.write(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  file.commit();
}

void edit_json(const fs::path& path, const std::function<void(Json&)>& change) {
  if (!file_exists(path)) return;
  Json json = read_json(path);
  try {
    change(json);
  } catch (const nlohmann::json::exception&) {
    throw FormatError(
        fmt::format("{} has a value of another kind than belongs there, say a text in place of a table: "
                    "compare it with that of another model",
                    path.string()));
  }
  write_json(path, json);
}

void copy_description(const fs::path& from, const fs::path& to) {
  const formats::SentenceFolder model = formats::read_sentence_folder(from);
  for (const char* name : kOfTheModel) copy_if_there(from, to, name);
  const fs::path encoder = (to / model.transformer.lexically_relative(from)).lexically_normal();
  for (const char* name : kOfTheEncoder) copy_if_there(model.transformer, encoder, name);
  for (const std::string_view name : hub::kTokenizerFiles) copy_if_there(model.transformer, encoder, name);
  if (model.adapter) copy_if_there(encoder_folder(model), encoder, "config.json");
  if (model.modules_assumed) {
    write_assumed_modules(to, read_json(to / "config.json").at("hidden_size").get<std::size_t>());
    return;
  }
  const std::vector<ListedModule> modules = listed_modules(from);
  for (std::size_t i = 1; i < modules.size(); ++i) {
    copy_if_there(modules[i].folder, to / modules[i].folder.lexically_relative(from), "config.json");
  }
}

bool is_copied_with_models(std::string_view name) {
  return std::ranges::find(kOfTheModel, name) != kOfTheModel.end() ||
         std::ranges::find(kOfTheEncoder, name) != kOfTheEncoder.end() ||
         std::ranges::find(hub::kTokenizerFiles, name) != hub::kTokenizerFiles.end();
}

std::vector<fs::path> weight_folders(const fs::path& folder) {
  const formats::SentenceFolder model = formats::read_sentence_folder(folder);
  std::vector<fs::path> folders = {model.transformer.lexically_relative(folder)};
  for (const formats::SentenceModule& module : model.modules) {
    const fs::path* const weights = formats::weights_folder(module);
    if (weights != nullptr) folders.push_back(weights->lexically_relative(folder));
  }
  return folders;
}

void copy_model(const fs::path& from, const fs::path& to) {
  copy_description(from, to);
  const formats::SentenceFolder model = formats::read_sentence_folder(from);
  for (const fs::path& folder : weight_folders(from)) {
    const fs::path target = (to / folder).lexically_normal();
    if (model.adapter && folder == model.transformer.lexically_relative(from)) {
      write_merged_weights(model, target);
    } else {
      copy_weights(from / folder, target);
    }
  }
}

FolderSize size_on_disk(const fs::path& folder) {
  FolderSize size;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    (entry.path().filename() == kPackedModelFile ? size.packed : size.ordinary) += entry.file_size();
  }
  return size;
}

std::vector<ListedModule> listed_modules(const fs::path& folder) {
  const json::Document list = json::Document::read(folder / kModules);
  std::vector<ListedModule> modules;
  for (const formats::ModuleEntry& entry : formats::parse_module_list(list.root())) {
    modules.push_back({entry.type, entry.path.empty() ? folder : folder / entry.path});
  }
  return modules;
}

void list_module(const fs::path& folder, std::string_view type, std::string_view path) {
  Json list = file_exists(folder / kModules) ? read_json(folder / kModules) : Json::array();
  list.push_back({{"idx", list.size()},
                  {"name", std::to_string(list.size())},
                  {"path", path},
                  {"type", fmt::format("{}{}", kClasses, type)}});
  write_json(folder / kModules, list);
}

fs::path append_module(const fs::path& folder, std::string_view type) {
  std::string name = fmt::format("{}_{}", read_json(folder / kModules).size(), type);
  while (file_exists(folder / name)) name += '_';
  make_folder(folder / name);
  list_module(folder, type, name);
  return folder / name;
}

void rewrite_weights(const fs::path& folder, const ChangeTensor& change) {
  const formats::StoredWeights stored_weights = formats::StoredWeights::open(folder);
  std::vector<ChangedTensor> changed;
  std::vector<std::span<const std::byte>> bytes;
  for (const auto& [name, stored] : stored_weights.tensors()) {
    ChangedTensor tensor{name, stored.dtype, stored.shape, {}};
    if (!change(stored, tensor)) continue;
    bytes.push_back(stored.bytes);
    changed.push_back(std::move(tensor));
  }
  std::vector<formats::TensorToWrite> to_write;
  to_write.reserve(changed.size() + stored_weights.unread().size());
  for (std::size_t i = 0; i < changed.size(); ++i) {
    to_write.push_back({changed[i].name, changed[i].dtype, changed[i].shape,
                        changed[i].bytes.empty() ? bytes[i] : std::span<const std::byte>(changed[i].bytes)});
  }
  for (const auto& [name, tensor] : stored_weights.unread()) {
    to_write.push_back({.name = name, .shape = tensor.shape, .bytes = tensor.bytes, .type = tensor.type});
  }
  formats::write_safetensors(folder / kWeights, to_write);
  std::error_code ignored;
  for (const formats::WeightFile& file : stored_weights.files()) {
    if (file.path() != folder / kWeights) fs::remove(file.path(), ignored);
  }
  for (const char* index : kIndices) fs::remove(folder / index, ignored);
}

}  // namespace mana::models
