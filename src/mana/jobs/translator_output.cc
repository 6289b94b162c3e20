#include "mana/jobs/translator_output.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <system_error>

namespace mana::jobs {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 15> kWritten = {"config.json",
                                                       "generation_config.json",
                                                       "model.safetensors",
                                                       "tokenizer.json",
                                                       "tokenizer_config.json",
                                                       "source.spm",
                                                       "target.spm",
                                                       "vocab.json",
                                                       "merges.txt",
                                                       "target_vocab.json",
                                                       "special_tokens_map.json",
                                                       "README.md",
                                                       "training.jsonl",
                                                       "training.html",
                                                       "pytorch_model.bin"};

/// What a folder that is to be replaced holds and no translator has, or what every translator has and it lacks.
std::optional<fs::path> foreign_file(const fs::path& folder) {
  std::error_code error;
  if (fs::is_empty(folder, error)) return std::nullopt;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    const bool known = std::ranges::find(kWritten, name) != kWritten.end();
    if (!known || !entry.is_regular_file(error)) return entry.path();
  }
  if (!fs::exists(folder / "config.json", error)) return folder / "config.json";
  return std::nullopt;
}

}  // namespace

AtomicFolder translator_output(const fs::path& output, bool force) {
  return AtomicFolder(output, force ? AtomicFolder::Existing::replace : AtomicFolder::Existing::refuse, foreign_file);
}

}  // namespace mana::jobs
