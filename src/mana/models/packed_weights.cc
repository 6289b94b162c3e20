#include "mana/models/packed_weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <sstream>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/text/compiled_version.h"

namespace mana::models {
namespace {

using formats::PackedFile;
using formats::PackedSection;

/// In what the model is meant to be computed: "f32", "bf16" or "int8".
constexpr std::string_view kPrecisionSection = "precision:text";

/// The layouts that the linear maps are there in: "bf16-32x2 i8-32x4".
constexpr std::string_view kLayoutsSection = "layouts:text";

/// A section of text; empty when there is none.
std::string_view text_of(const PackedFile& file, std::string_view name) {
  const PackedSection* section = file.find(name);
  if (section == nullptr) return {};
  formats::check_section(name, *section, file.path().string());
  return {reinterpret_cast<const char*>(section->bytes.data()), section->bytes.size()};
}

/// The version of an undamaged tokenizer of an earlier or later program; 0 for any other.
std::uint64_t other_version(const PackedFile& file, std::string_view tokenizer) {
  const PackedSection* section = file.find(tokenizer);
  const std::uint64_t version = section == nullptr ? 0 : text::compiled_version(section->bytes);
  return version == text::kCompiledVersion ? 0 : version;
}

const kernels::Table& kernels_of(const PackTarget& target) {
  const std::vector<kernels::Isa> here = kernels::available_isas();
  if (std::ranges::find(here, target.isa) == here.end() || !kernels::available(target.precision, target.isa)) {
    throw ArgumentError(fmt::format("this processor has no {} at {}, so a model cannot be packed for it here",
                                    name_of(target.precision), name_of(target.isa)));
  }
  return kernels::table(target.isa, target.precision);
}

}  // namespace

std::optional<PackedWeights> PackedWeights::open(const std::filesystem::path& folder,
                                                 std::span<const std::string_view> tokenizers,
                                                 const std::function<std::uint64_t()>& sample) {
  const std::filesystem::path path = folder / kPackedModelFile;
  if (!file_exists(path)) return std::nullopt;
  auto file = std::make_shared<const PackedFile>(PackedFile::open(path));
  const auto of_other_form = [&](std::string_view what, std::uint64_t found, std::uint64_t read) {
    std::string obstacle = fmt::format("{} is not used: {} of version {}, and version {} is read here; write it again",
                                       path.string(), what, found, read);
    return PackedWeights(std::move(file), std::move(obstacle), true, !sample);
  };
  if (const std::uint64_t version = file->version(); version != formats::kPackedVersion) {
    return of_other_form("it is", version, formats::kPackedVersion);
  }
  for (const std::string_view tokenizer : tokenizers) {
    const std::uint64_t version = other_version(*file, tokenizer);
    if (version != 0) return of_other_form("its tokenizer is", version, text::kCompiledVersion);
  }
  std::string obstacle;
  if (sample && file->origin().sample != sample()) {
    obstacle = fmt::format(
        "{} is not used: the model's weights or tokenizer are not those that it was made of; write it again",
        path.string());
  }
  return PackedWeights(std::move(file), std::move(obstacle), false, !sample);
}

std::optional<kernels::Precision> PackedWeights::precision() const {
  return obstacle_.empty() ? kernels::precision_named(text_of(*file_, kPrecisionSection)) : std::nullopt;
}

std::vector<std::string> PackedWeights::layouts() const {
  std::istringstream words{std::string(text_of(*file_, kLayoutsSection))};
  return {std::istream_iterator<std::string>(words), {}};
}

std::string PackedWeights::obstacle(const kernels::Table& kernels) const {
  std::string found = find_obstacle(kernels);
  if (alone_ && !found.empty()) throw FormatError(fmt::format("{}, and no other weights are there", found));
  return found;
}

std::string PackedWeights::find_obstacle(const kernels::Table& kernels) const {
  if (!obstacle_.empty()) return obstacle_;
  const std::vector<std::string> there = layouts();
  if (std::ranges::find(there, name_of(kernels.layout)) != there.end()) return {};
  return fmt::format("{} is not used: {} at {} takes weights as {}, and it has {}; write it for this processor",
                     file_->path().string(), name_of(kernels.precision), name_of(kernels.isa), name_of(kernels.layout),
                     fmt::join(there, ", "));
}

text::Tokenizer PackedWeights::tokenizer(std::string_view section) const {
  const std::string place = fmt::format("{}: {}", file_->path().string(), section);
  return text::Tokenizer::from_compiled(reader().checked(std::string(section)), file_, place);
}

void PackedWeights::require_content(const std::function<std::uint64_t()>& content) const {
  if (other_form_ || alone_ || file_->origin().content == content()) return;
  throw FormatError(
      fmt::format("{}: the model's weights or tokenizer are not those that it was made of; write it again",
                  file_->path().string()));
}

std::vector<const kernels::Table*> pack_layouts(std::span<const PackTarget> targets,
                                                std::optional<kernels::Precision> precision) {
  if (targets.empty()) throw ArgumentError("a packed model needs at least one target, a level and a precision");
  if (precision && std::ranges::find(targets, *precision, &PackTarget::precision) == targets.end()) {
    throw ArgumentError(fmt::format("a packed model that is meant for {} needs a target in it", name_of(*precision)));
  }
  std::vector<const kernels::Table*> layouts;
  for (const PackTarget& target : targets) {
    const kernels::Table& kernels = kernels_of(target);
    const auto same = [&](const kernels::Table* other) { return other->layout == kernels.layout; };
    if (std::ranges::none_of(layouts, same)) layouts.push_back(&kernels);
  }
  return layouts;
}

void add_description(SectionWriter& writer, std::span<const kernels::Table* const> layouts,
                     std::optional<kernels::Precision> precision, std::string& text) {
  std::vector<std::string> names;
  names.reserve(layouts.size());
  for (const kernels::Table* kernels : layouts) names.push_back(name_of(kernels->layout));
  text = fmt::format("{}", fmt::join(names, " "));
  writer.add(std::string(kLayoutsSection), std::as_bytes(std::span(text)));
  if (precision) writer.add(std::string(kPrecisionSection), std::as_bytes(std::span(name_of(*precision))));
}

}  // namespace mana::models
