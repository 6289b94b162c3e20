#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"
#include "mana/hub/hugging_face_cache.h"
#include "mana/hub/store.h"

namespace mana::cli {
namespace {

namespace fs = std::filesystem;

/// Bytes of all files below; what cannot be looked at counts nothing.
std::uint64_t weight_of(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code gone;
    const std::uint64_t size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

std::string size_text(std::uint64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

}  // namespace

int list_models(Options& options) {
  bool json = false;
  options.flag("--json", "Print a JSON object", json);
  if (!options.parse()) return 0;

  const hub::Store store = hub::Store::from_environment();
  const hub::HuggingFaceCache cache = hub::HuggingFaceCache::from_environment();
  nlohmann::ordered_json models = nlohmann::ordered_json::array();
  const auto add = [&](const std::string& name, const fs::path& folder, const char* place) {
    models.push_back({{"name", name}, {"folder", folder.string()}, {"bytes", weight_of(folder)}, {"in", place}});
  };
  for (const std::string& name : store.names()) add(name, store.folder_named(name), "store");
  for (const std::string& name : cache.names()) {
    if (const auto folder = cache.find(name)) add(name, *folder, "Hugging Face's cache");
  }
  if (json) {
    print_json({{"store", store.root().string()}, {"models", models}}, 2);
    return 0;
  }
  std::size_t width = 0;
  for (const auto& each : models) width = std::max(width, each["name"].get_ref<const std::string&>().size());
  std::string text;
  for (const auto& each : models) {
    text += fmt::format("{:<{}}  {:>10}  {}\n", each["name"].get<std::string>(), width,
                        size_text(each["bytes"].get<std::uint64_t>()), each["folder"].get<std::string>());
  }
  print(text);
  if (models.empty() && !options.quiet()) {
    note(fmt::format("there is no model in {}; mana pull owner/name fetches one", store.root().string()));
  }
  return 0;
}

}  // namespace mana::cli
