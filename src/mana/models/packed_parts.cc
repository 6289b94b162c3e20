#include "mana/models/packed_parts.h"

#include <fmt/format.h>

#include <cstring>

#include "mana/base/errors.h"

namespace mana::models {
namespace {

using formats::PackedSection;

std::string section_name(std::string_view part, std::string_view form) { return fmt::format("{}:{}", part, form); }

std::string vector_section(const nn::Place& place, std::string_view vector) {
  return section_name(fmt::format("{}.{}", place.name, vector), name_of(DType::f32));
}

}  // namespace

void SectionWriter::operator()(const nn::Place& place, const nn::EmbeddingTable& table) {
  if (first_) add(section_name(place.name, name_of(table.dtype())), table.bytes());
}

void SectionWriter::operator()(const nn::Place& place, const nn::LayerNorm& norm) {
  if (!first_) return;
  add(vector_section(place, "gamma"), std::as_bytes(std::span(norm.gamma)));
  if (norm.shift) add(vector_section(place, "beta"), std::as_bytes(std::span(norm.beta)));
}

void SectionWriter::operator()(const nn::Place& place, const nn::Linear& linear) {
  add(section_name(place.name, name_of(linear.weights.layout())), linear.weights.bytes());
}

void SectionReader::operator()(const nn::Place& place, nn::EmbeddingTable& table) const {
  for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
    const std::string section = section_name(place.name, name_of(dtype));
    const PackedSection* found = file_->find(section);
    if (found == nullptr) continue;
    require_size(section, found->bytes.size(), table.rows() * table.width() * size_of(dtype));
    table = {found->bytes, dtype, table.width(), file_};
    return;
  }
  fail(fmt::format("there are no {}", place.name));
}

void SectionReader::operator()(const nn::Place& place, nn::LayerNorm& norm) const {
  read_values(vector_section(place, "gamma"), norm.gamma);
  if (norm.shift) read_values(vector_section(place, "beta"), norm.beta);
}

void SectionReader::operator()(const nn::Place& place, nn::Linear& linear) const {
  const std::string section = section_name(place.name, name_of(linear.weights.layout()));
  linear.weights.view(checked(section, linear.weights.byte_size()), file_);
}

std::span<const std::byte> SectionReader::checked(const std::string& section) const {
  const PackedSection* found = file_->find(section);
  if (found == nullptr) fail(fmt::format("there is no section {}", section));
  formats::check_section(section, *found, file_->path().string());
  return found->bytes;
}

std::span<const std::byte> SectionReader::checked(const std::string& section, std::size_t size) const {
  const std::span<const std::byte> bytes = checked(section);
  require_size(section, bytes.size(), size);
  return bytes;
}

void SectionReader::read_values(const std::string& section, std::vector<float>& values) const {
  const std::span<const std::byte> bytes = checked(section, values.size() * sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
}

void SectionReader::require_size(const std::string& section, std::size_t found, std::size_t size) const {
  if (found == size) return;
  fail(fmt::format("section {} has {} bytes, but the configuration makes it {}", section, found, size));
}

void SectionReader::fail(std::string_view what) const {
  throw FormatError(fmt::format("{}: {}; write it again, or remove it", file_->path().string(), what));
}

}  // namespace mana::models
