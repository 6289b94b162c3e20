#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "mana/formats/safetensors.h"
#include "mana/formats/sentence_folder.h"

/// A model's folder that is being changed in place: its files, one at a time.
namespace mana::models {

using Json = nlohmann::ordered_json;

/// Throws IoError, FormatError.
Json read_json(const std::filesystem::path& path);
/// Throws IoError.
void write_json(const std::filesystem::path& path, const Json& json);

/// Copies what makes the model but for its weights: the first half of copy_model(). Throws IoError, FormatError.
void copy_description(const std::filesystem::path& from, const std::filesystem::path& to);
/// The folders of a model that hold weights, relative to its own: the encoder's, then those of modules.
std::vector<std::filesystem::path> weight_folders(const std::filesystem::path& folder);

/// Copies what makes the model (configuration, tokenizer, weights, modules) and what is to be known of it (README and
/// licence) into an empty folder; not other forms of the weights. An adapter is merged with them and not copied. A
/// folder without modules.json gets one that says what was assumed. Throws IoError.
void copy_model(const std::filesystem::path& from, const std::filesystem::path& to);

/// Whether copy_description() takes files of this name along.
bool is_copied_with_models(std::string_view name);

/// Bytes of the packed model, and of all other files in the folder and below.
struct FolderSize {
  std::uint64_t ordinary = 0;
  std::uint64_t packed = 0;
};
FolderSize size_on_disk(const std::filesystem::path& folder);

/// The classes of modules.json without what leads to them ("Pooling") and their folders.
struct ListedModule {
  std::string type;
  std::filesystem::path folder;
};
std::vector<ListedModule> listed_modules(const std::filesystem::path& folder);

/// Adds an entry at the end of modules.json, which is made where there is none.
void list_module(const std::filesystem::path& folder, std::string_view type, std::string_view path);
/// Adds a module at the end of modules.json and makes its folder ("4_Dense"), which is returned.
std::filesystem::path append_module(const std::filesystem::path& folder, std::string_view type);

/// Changes a file of the folder, if it is there.
void edit_json(const std::filesystem::path& path, const std::function<void(Json&)>& change);

/// A tensor on its way from one file to the next.
struct ChangedTensor {
  std::string name;
  DType dtype = DType::f32;
  formats::Shape shape;
  std::vector<std::byte> bytes;  ///< empty: those of the tensor as it was
};

/// Writes the weights of one folder anew, as one model.safetensors. `change` says what becomes of each tensor by
/// changing its argument; it returns false to leave the tensor out. Throws IoError, FormatError.
using ChangeTensor = std::function<bool(const formats::StoredTensor&, ChangedTensor&)>;
void rewrite_weights(const std::filesystem::path& folder, const ChangeTensor& change);

}  // namespace mana::models
