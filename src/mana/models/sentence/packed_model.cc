#include "mana/models/sentence/packed_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <sstream>

#include "mana/base/errors.h"
#include "mana/models/packed_parts.h"
#include "mana/models/sentence/origin.h"
#include "mana/models/sentence/packed_sections.h"
#include "mana/text/compiled_version.h"

namespace mana::models {
namespace {

using formats::PackedFile;
using formats::PackedSection;

/// A section of text; empty when there is none.
std::string_view text_of(const PackedFile& file, std::string_view name) {
  const PackedSection* section = file.find(name);
  if (section == nullptr) return {};
  formats::check_section(name, *section, file.path().string());
  return {reinterpret_cast<const char*>(section->bytes.data()), section->bytes.size()};
}

/// An undamaged tokenizer of an earlier or later program.
bool of_other_version(const PackedSection& tokenizer) {
  const std::uint64_t version = text::compiled_version(tokenizer.bytes);
  return version != 0 && version != text::kCompiledVersion;
}

}  // namespace

std::optional<PackedModel> PackedModel::open(const formats::SentenceFolder& folder) {
  const std::filesystem::path path = folder.folder / kPackedModelFile;
  if (!file_exists(path)) return std::nullopt;
  auto file = std::make_shared<const PackedFile>(PackedFile::open(path));
  std::string obstacle;
  if (file->version() != formats::kPackedVersion) {
    obstacle = fmt::format("{} is not used: it is of version {}, and version {} is read here; write it again",
                           path.string(), file->version(), formats::kPackedVersion);
  } else if (const PackedSection* tokenizer = file->find(kTokenizerSection);
             tokenizer != nullptr && of_other_version(*tokenizer)) {
    obstacle =
        fmt::format("{} is not used: its tokenizer is of version {}, and version {} is read here; write it again",
                    path.string(), text::compiled_version(tokenizer->bytes), text::kCompiledVersion);
  } else if (file->origin().sample != origin_sample(folder)) {
    obstacle = fmt::format(
        "{} is not used: the model's weights or tokenizer are not those that it was made of; write it again",
        path.string());
  }
  return PackedModel(std::move(file), std::move(obstacle));
}

std::optional<kernels::Precision> PackedModel::precision() const {
  return obstacle_.empty() ? kernels::precision_named(text_of(*file_, kPrecisionSection)) : std::nullopt;
}

std::vector<std::string> PackedModel::layouts() const {
  std::istringstream words{std::string(text_of(*file_, kLayoutsSection))};
  return {std::istream_iterator<std::string>(words), {}};
}

std::string PackedModel::obstacle(const kernels::Table& kernels) const {
  if (!obstacle_.empty()) return obstacle_;
  const std::vector<std::string> there = layouts();
  if (std::ranges::find(there, name_of(kernels.layout)) != there.end()) return {};
  return fmt::format("{} is not used: {} at {} takes weights as {}, and it has {}; write it for this processor",
                     file_->path().string(), name_of(kernels.precision), name_of(kernels.isa), name_of(kernels.layout),
                     fmt::join(there, ", "));
}

SentenceModel PackedModel::load(const formats::SentenceFolder& folder,
                                const std::vector<formats::SentenceModule>& modules,
                                const kernels::Table& kernels) const {
  SentenceModel model = make_sentence_model(folder, modules, kernels.layout);
  walk_weights(model, SectionReader(file_));
  return model;
}

text::Tokenizer PackedModel::tokenizer() const {
  const std::string section(kTokenizerSection), place = fmt::format("{}: {}", file_->path().string(), section);
  return text::Tokenizer::from_compiled(SectionReader(file_).checked(section), file_, place);
}

void PackedModel::require_origin(const formats::SentenceFolder& folder) const {
  const PackedSection* tokenizer = file_->find(kTokenizerSection);
  const bool other_form =
      file_->version() != formats::kPackedVersion || (tokenizer != nullptr && of_other_version(*tokenizer));
  if (other_form || file_->origin().content == origin_content(folder)) return;
  throw FormatError(
      fmt::format("{}: the model's weights or tokenizer are not those that it was made of; write it again",
                  file_->path().string()));
}

}  // namespace mana::models
