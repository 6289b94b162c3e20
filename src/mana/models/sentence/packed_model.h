#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mana/formats/packed_file.h"
#include "mana/formats/sentence_folder.h"
#include "mana/kernels/precision.h"
#include "mana/kernels/table.h"
#include "mana/models/sentence/sentence_model.h"
#include "mana/text/tokenizer.h"

/// The packed model: beside the ordinary files of a model's folder one file, model.mana, with what is slow to make of
/// them: the weights in the layouts of the kernels, and the tokenizer's tables. It is mapped and used where it lies;
/// everything small (configurations, pooling, prompts) is read from the ordinary files as ever. docs/packed-model.md
/// describes it.
namespace mana::models {

inline constexpr const char* kPackedModelFile = "model.mana";

/// Kernels that a packed model is to serve.
struct PackTarget {
  kernels::Isa isa;
  kernels::Precision precision;
};

/// Writes model.mana into the folder, atomically, for each of the targets; those that share a layout share its weights,
/// and the embedding tables are there once. `precision` is what the model is meant to be computed in, and then the
/// default of everybody who opens the folder and asks for no other.
/// Throws IoError, FormatError as load_sentence_model(); ArgumentError without a target, or for one that this processor
/// lacks, or a `precision` that no target has.
void write_packed_model(const std::filesystem::path& folder, std::span<const PackTarget> targets,
                        std::optional<kernels::Precision> precision = {});

/// The packed file of a folder, held against the ordinary ones.
class PackedModel {
 public:
  /// Nothing when the folder has no packed file. Throws FormatError when it is damaged.
  static std::optional<PackedModel> open(const formats::SentenceFolder& folder);

  /// What its writer meant the model to be computed in; nothing where that was left open or the file is not usable.
  std::optional<kernels::Precision> precision() const;

  /// Why these kernels cannot use it, as a sentence: it is of another version, made of other files than those that lie
  /// beside it, or has no weights in their layout. Empty when they can.
  std::string obstacle(const kernels::Table& kernels) const;

  /// load_sentence_model() from the packed file, which has no obstacle(): the same bits. Checks the sums of everything
  /// but the embedding tables, which stay untouched in the mapped file.
  /// Throws FormatError when a section is damaged, missing or of another size than the configuration makes it.
  SentenceModel load(const formats::SentenceFolder& folder, const std::vector<formats::SentenceModule>& modules,
                     const kernels::Table& kernels) const;

  /// The folder's tokenizer, whose tables lie in the mapped file; there is no obstacle().
  /// Throws FormatError when its section is damaged or missing.
  text::Tokenizer tokenizer() const;

  /// Reads all of the ordinary weights and tokenizer files: throws FormatError when a byte of them is not what it was
  /// when the file was written.
  void require_origin(const formats::SentenceFolder& folder) const;

  const formats::PackedFile& file() const { return *file_; }
  /// The layouts that it has weights in: "bf16-32x2", …
  std::vector<std::string> layouts() const;

 private:
  PackedModel(std::shared_ptr<const formats::PackedFile> file, std::string obstacle)
      : file_(std::move(file)), obstacle_(std::move(obstacle)) {}

  std::shared_ptr<const formats::PackedFile> file_;
  std::string obstacle_;  // for all kernels
};

}  // namespace mana::models
