#include "mana/train/checkpoint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstring>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/stored_option.h"
#include "mana/formats/packed_format.h"

namespace mana::train {
namespace {

constexpr const char* kProgress = "progress";
constexpr const char* kSettings = "settings";

void require(bool condition, const std::filesystem::path& path, std::string_view what) {
  if (!condition) throw FormatError(fmt::format("{}: {}", path.string(), what));
}

std::string json_of(const std::vector<RunSetting>& settings) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const RunSetting& setting : settings) object[setting.name] = setting.value;
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string shown(const std::string& value) { return value.empty() ? "not given" : value; }

/// "`seed` is 1, there it was 0; the rows of pairs.tsv are others"; nothing where no setting differs.
std::string settings_that_differ(const std::vector<RunSetting>& settings, const formats::PackedSection* section) {
  if (section == nullptr) return {};
  const std::string_view text(reinterpret_cast<const char*>(section->bytes.data()), section->bytes.size());
  const auto theirs = nlohmann::json::parse(text, nullptr, false);
  const auto ours = nlohmann::json::parse(json_of(settings));
  if (!theirs.is_object()) return {};
  std::vector<std::string> found;
  for (const RunSetting& setting : settings) {
    const std::string before = theirs.value(setting.name, std::string()), now = ours[setting.name];
    if (before == now) continue;
    found.push_back(
        setting.told
            ? fmt::format("{} is {}, there it was {}", stored_option(setting.name), shown(now), shown(before))
            : fmt::format("{} {} others", stored_option(setting.name), theirs.contains(setting.name) ? "are" : "were"));
  }
  for (const auto& [name, value] : theirs.items()) {
    if (!ours.contains(name)) found.push_back(fmt::format("{} is not there any more", stored_option(name)));
  }
  return fmt::format("{}", fmt::join(found, ", "));
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const RunIdentity& identity, const std::string& progress,
                      const std::function<void(const VisitState&)>& for_each_state) {
  std::vector<formats::SectionToWrite> sections = {{kProgress, std::as_bytes(std::span(progress))}};
  const std::string settings = json_of(identity.settings);
  sections.push_back({kSettings, std::as_bytes(std::span(settings))});
  for_each_state([&](const std::string& name, std::span<std::byte> bytes) { sections.push_back({name, bytes}); });
  formats::write_packed_file(path, sections, {.sample = identity.options, .content = identity.model});
}

void require_own_checkpoint(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (!std::filesystem::is_regular_file(status) || std::filesystem::file_size(path, ignored) == 0) return;
  std::array<char, formats::packed::kMagic.size()> magic{};
  std::ifstream(path, std::ios::binary).read(magic.data(), magic.size());
  if (magic == formats::packed::kMagic) return;
  throw ArgumentError(fmt::format(
      "{} is there and is no checkpoint of a training, which will stand there; move it, or give another output",
      path.string()));
}

Checkpoint::Checkpoint(const std::filesystem::path& path, const RunIdentity& identity)
    : file_(formats::PackedFile::open(path)) {
  require(file_.version() == formats::kPackedVersion, path,
          "the checkpoint is of another version of Mana; go on with that one, or start anew without `resume`");
  differences_ = settings_that_differ(identity.settings, file_.find(kSettings));
  if (file_.origin().sample != identity.options) {
    throw FormatError(
        fmt::format("{}: the checkpoint was made with other options or other data{}{}; use the same, or start anew "
                    "without `resume`",
                    path.string(), differences_.empty() ? "" : ": ", differences_));
  }
  // Behind the options, for these decide about the first weights of a new model.
  require(file_.origin().content == identity.model, path,
          "the checkpoint belongs to another model; name that one with `model`, or start anew without `resume`");
  const formats::PackedSection* const progress = file_.find(kProgress);
  require(progress != nullptr, path, "this is no checkpoint of a training run");
  file_.check_sections();
  progress_.assign(reinterpret_cast<const char*>(progress->bytes.data()), progress->bytes.size());
}

void Checkpoint::restore(const std::function<void(const VisitState&)>& for_each_state) const {
  for_each_state([&](const std::string& name, std::span<std::byte> bytes) {
    const formats::PackedSection* const section = file_.find(name);
    if (section == nullptr || section->bytes.size() != bytes.size()) {
      throw FormatError(fmt::format("{}: the checkpoint's part '{}' {}; start anew without `resume`",
                                    file_.path().string(), name,
                                    section == nullptr ? "is missing" : "has another size"));
    }
    if (!bytes.empty()) std::memcpy(bytes.data(), section->bytes.data(), bytes.size());
  });
}

}  // namespace mana::train
