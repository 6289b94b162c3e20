#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mana/formats/packed_file.h"
#include "mana/kernels/precision.h"
#include "mana/kernels/table.h"
#include "mana/models/packed_parts.h"
#include "mana/text/tokenizer.h"

/// What the packed models of all kinds have in common. Each is one file, model.mana, beside the ordinary files of a
/// model's folder, with what is slow to make of them: the weights in the layouts of the kernels, and the tables of its
/// tokenizers. It is mapped and used where it lies; everything small is read from the ordinary files as ever.
/// docs/packed-model.md describes it.
namespace mana::models {

inline constexpr const char* kPackedModelFile = "model.mana";

/// Kernels that a packed model is to serve.
struct PackTarget {
  kernels::Isa isa;
  kernels::Precision precision;
};

/// A folder's packed file, held against the ordinary ones.
class PackedWeights {
 public:
  /// Nothing when the folder has no packed file. `tokenizers` are the sections of compiled tokenizers that it has to
  /// have; `sample` takes PackedOrigin::sample of the ordinary files, and is empty where the packed file is a model by
  /// itself, without any. Throws FormatError when it is damaged, and what `sample` throws.
  static std::optional<PackedWeights> open(const std::filesystem::path& folder,
                                           std::span<const std::string_view> tokenizers,
                                           const std::function<std::uint64_t()>& sample);

  /// What its writer meant the model to be computed in; nothing where that was left open or the file is not usable.
  std::optional<kernels::Precision> precision() const;

  /// Why these kernels cannot use it, as a sentence: it is of another version, made of other files than those that lie
  /// beside it, or has no weights in their layout. Empty when they can. Throws it, as FormatError, where there is
  /// nothing else to take.
  std::string obstacle(const kernels::Table& kernels) const;

  /// Gives parts their weights, where there is no obstacle().
  SectionReader reader() const { return SectionReader(file_); }

  /// A compiled tokenizer, whose tables lie in the mapped file; there is no obstacle(). Throws FormatError when its
  /// section is damaged or missing.
  text::Tokenizer tokenizer(std::string_view section) const;

  /// Throws FormatError when the sum of all bytes of the ordinary files (PackedOrigin::content) is another one than
  /// when the file was written. Of a file of another version that is not asked, nor of one that is alone.
  void require_content(const std::function<std::uint64_t()>& content) const;

  const formats::PackedFile& file() const { return *file_; }
  /// The layouts that it has weights in: "bf16-32x2", …
  std::vector<std::string> layouts() const;

 private:
  PackedWeights(std::shared_ptr<const formats::PackedFile> file, std::string obstacle, bool other_form, bool alone)
      : file_(std::move(file)), obstacle_(std::move(obstacle)), other_form_(other_form), alone_(alone) {}

  std::string find_obstacle(const kernels::Table& kernels) const;

  std::shared_ptr<const formats::PackedFile> file_;
  std::string obstacle_;  // for all kernels
  bool other_form_;       // of another version, whole or in its tokenizers
  bool alone_;            // a model by itself
};

/// One table of kernels for each layout that the targets need. Throws ArgumentError without a target, for one that this
/// processor lacks, or where `precision`, what the model is meant for, is in none of them.
std::vector<const kernels::Table*> pack_layouts(std::span<const PackTarget> targets,
                                                std::optional<kernels::Precision> precision);

/// Notes the sections that say which layouts there are and what the model is meant for; `text` keeps their bytes.
void add_description(SectionWriter& writer, std::span<const kernels::Table* const> layouts,
                     std::optional<kernels::Precision> precision, std::string& text);

}  // namespace mana::models
