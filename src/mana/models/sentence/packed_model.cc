#include "mana/models/sentence/packed_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <sstream>

#include "mana/base/errors.h"
#include "mana/models/sentence/origin.h"
#include "mana/models/sentence/packed_sections.h"
#include "mana/text/compiled_version.h"

namespace mana::models {
namespace {

using formats::PackedFile;
using formats::PackedSection;

/// Gives every part its sections of the mapped file.
class PackedReader {
 public:
  explicit PackedReader(std::shared_ptr<const PackedFile> file) : file_(std::move(file)) {}

  void operator()(const std::string& name, nn::EmbeddingTable& table) {
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
      const std::string section = section_name(name, name_of(dtype));
      const PackedSection* found = file_->find(section);
      if (found == nullptr) continue;
      require_size(section, *found, table.rows() * table.width() * size_of(dtype));
      table = {found->bytes, dtype, table.width(), file_};
      return;
    }
    fail(fmt::format("there are no {}", name));
  }

  void operator()(const std::string& name, nn::LayerNorm& norm) {
    read_values(section_name(name + ".gamma", name_of(DType::f32)), norm.gamma);
    read_values(section_name(name + ".beta", name_of(DType::f32)), norm.beta);
  }

  void operator()(const std::string& name, nn::Linear& linear) {
    const std::string section = section_name(name, name_of(linear.weights.layout()));
    linear.weights.view(checked(section, linear.weights.byte_size()), file_);
  }

  text::Tokenizer tokenizer() const {
    const std::string section(kTokenizerSection), place = fmt::format("{}: {}", file_->path().string(), section);
    return text::Tokenizer::from_compiled(checked(section).bytes, file_, place);
  }

 private:
  void read_values(const std::string& section, std::vector<float>& values) const {
    const std::span<const std::byte> bytes = checked(section, values.size() * sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
  }

  /// A section that is there and undamaged.
  const PackedSection& checked(const std::string& section) const {
    const PackedSection* found = file_->find(section);
    if (found == nullptr) fail(fmt::format("there is no section {}", section));
    formats::check_section(section, *found, file_->path().string());
    return *found;
  }

  std::span<const std::byte> checked(const std::string& section, std::size_t size) const {
    const PackedSection& found = checked(section);
    require_size(section, found, size);
    return found.bytes;
  }

  void require_size(const std::string& section, const PackedSection& found, std::size_t size) const {
    if (found.bytes.size() == size) return;
    fail(fmt::format("section {} has {} bytes, but the configuration makes it {}", section, found.bytes.size(), size));
  }

  [[noreturn]] void fail(std::string_view what) const {
    throw FormatError(fmt::format("{}: {}; write it again, or remove it", file_->path().string(), what));
  }

  std::shared_ptr<const PackedFile> file_;
};

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
  for_each_part(model, PackedReader(file_));
  return model;
}

text::Tokenizer PackedModel::tokenizer() const { return PackedReader(file_).tokenizer(); }

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
