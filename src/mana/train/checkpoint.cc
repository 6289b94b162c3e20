#include "mana/train/checkpoint.h"

#include <fmt/format.h>

#include <cstring>
#include <vector>

#include "mana/base/errors.h"

namespace mana::train {
namespace {

constexpr const char* kProgress = "progress";

void require(bool condition, const std::filesystem::path& path, std::string_view what) {
  if (!condition) throw FormatError(fmt::format("{}: {}", path.string(), what));
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const RunIdentity& identity, const std::string& progress,
                      const std::function<void(const VisitState&)>& for_each_state) {
  std::vector<formats::SectionToWrite> sections = {{kProgress, std::as_bytes(std::span(progress))}};
  for_each_state([&](const std::string& name, std::span<std::byte> bytes) { sections.push_back({name, bytes}); });
  formats::write_packed_file(path, sections, {.sample = identity.options, .content = identity.model});
}

Checkpoint::Checkpoint(const std::filesystem::path& path, const RunIdentity& identity)
    : file_(formats::PackedFile::open(path)) {
  require(file_.version() == formats::kPackedVersion, path,
          "the checkpoint is of another version of Mana; go on with that one, or start anew without --resume");
  require(file_.origin().content == identity.model, path,
          "the checkpoint belongs to another model; name that one with --model, or start anew without --resume");
  require(file_.origin().sample == identity.options, path,
          "the checkpoint was made with other options or other data; use the same, or start anew without --resume");
  const formats::PackedSection* const progress = file_.find(kProgress);
  require(progress != nullptr, path, "this is no checkpoint of a training run");
  file_.check_sections();
  progress_.assign(reinterpret_cast<const char*>(progress->bytes.data()), progress->bytes.size());
}

void Checkpoint::restore(const std::function<void(const VisitState&)>& for_each_state) const {
  for_each_state([&](const std::string& name, std::span<std::byte> bytes) {
    const formats::PackedSection* const section = file_.find(name);
    if (section == nullptr || section->bytes.size() != bytes.size()) {
      throw FormatError(fmt::format("{}: the checkpoint's part '{}' {}; start anew without --resume",
                                    file_.path().string(), name,
                                    section == nullptr ? "is missing" : "has another size"));
    }
    if (!bytes.empty()) std::memcpy(bytes.data(), section->bytes.data(), bytes.size());
  });
}

}  // namespace mana::train
