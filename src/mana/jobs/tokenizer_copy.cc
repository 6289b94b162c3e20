#include "mana/jobs/tokenizer_copy.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/hub/tokenizer_files.h"

namespace mana::jobs {
namespace {

constexpr std::string_view kConfig = "tokenizer_config.json", kLimit = "model_max_length";

void write_text(const std::filesystem::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

/// As it is where its limit is one for the model, too.
std::string limited_config(const std::filesystem::path& path, std::size_t positions) {
  std::string text = file_exists(path) ? read_file(path) : "{}";
  auto config = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!config.is_object()) throw FormatError(fmt::format("{} is no JSON object", path.string()));
  const auto limit = config.find(kLimit);  // may be 10³⁰, which means none
  if (limit != config.end() && limit->is_number() && limit->get<double>() <= static_cast<double>(positions)) {
    return text;
  }
  config[kLimit] = positions;
  return config.dump(2) + "\n";
}

}  // namespace

void copy_tokenizer(const std::filesystem::path& from, const std::filesystem::path& to, std::size_t positions) {
  for (const std::string_view name : hub::kTokenizerFiles) {
    if (name != kConfig && file_exists(from / name)) write_text(to / name, read_file(from / name));
  }
  write_text(to / kConfig, limited_config(from / kConfig, positions));
}

}  // namespace mana::jobs
