#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/formats/packed_file.h"
#include "mana/nn/embedding.h"
#include "mana/nn/layer_norm.h"
#include "mana/nn/linear.h"
#include "mana/nn/parts.h"

/// Visitors of nn::walk() that write a model's parts as sections of a packed file, and take them from there. A section
/// is called as its part, and then the form of its bytes, a DType or a WeightLayout:
/// "layers.0.attend.output:bf16-32x2".
namespace mana::models {

/// Notes the sections of every part; what models of several layouts share is noted once. The bytes are the models'.
class SectionWriter {
 public:
  void operator()(const nn::Place& place, const nn::EmbeddingTable& table);
  void operator()(const nn::Place& place, const nn::LayerNorm& norm);
  void operator()(const nn::Place& place, const nn::Linear& linear);

  void add(std::string name, std::span<const std::byte> bytes) { sections_.push_back({std::move(name), bytes}); }
  /// To be called before the parts of the same model in another layout.
  void next_model() { first_ = false; }

  const std::vector<formats::SectionToWrite>& sections() const { return sections_; }

 private:
  std::vector<formats::SectionToWrite> sections_;
  bool first_ = true;
};

/// Gives every part its sections of the mapped file. Throws FormatError when one is damaged, missing or of another size
/// than the part's shape makes it.
class SectionReader {
 public:
  explicit SectionReader(std::shared_ptr<const formats::PackedFile> file) : file_(std::move(file)) {}

  void operator()(const nn::Place& place, nn::EmbeddingTable& table) const;
  void operator()(const nn::Place& place, nn::LayerNorm& norm) const;
  void operator()(const nn::Place& place, nn::Linear& linear) const;

  /// The bytes of a section that is there and undamaged.
  std::span<const std::byte> checked(const std::string& section) const;

 private:
  std::span<const std::byte> checked(const std::string& section, std::size_t size) const;
  void read_values(const std::string& section, std::vector<float>& values) const;
  void require_size(const std::string& section, std::size_t found, std::size_t size) const;
  [[noreturn]] void fail(std::string_view what) const;

  std::shared_ptr<const formats::PackedFile> file_;
};

}  // namespace mana::models
