#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mana/formats/sentence_folder.h"
#include "mana/models/packed_weights.h"
#include "mana/models/sentence/sentence_model.h"
#include "mana/text/tokenizer.h"

/// The packed model of sentence embeddings (models/packed_weights.h).
namespace mana::models {

/// Writes model.mana into the folder, atomically, for each of the targets; those that share a layout share its weights,
/// and the embedding tables are there once. `precision` is what the model is meant to be computed in, and then the
/// default of everybody who opens the folder and asks for no other.
/// Throws IoError, FormatError as load_sentence_model(); ArgumentError without a target, or for one that this processor
/// lacks, or a `precision` that no target has.
void write_packed_model(const std::filesystem::path& folder, std::span<const PackTarget> targets,
                        std::optional<kernels::Precision> precision = {});

/// Whether a folder's packed model is all the weights that it has: it then is a model by itself, with the small files
/// beside it.
bool is_packed_alone(const formats::SentenceFolder& folder);

/// The packed file of a folder, held against the ordinary ones, if there are any.
class PackedModel {
 public:
  /// Nothing when the folder has no packed file. Throws FormatError when it is damaged.
  static std::optional<PackedModel> open(const formats::SentenceFolder& folder);

  /// As PackedWeights has them.
  std::optional<kernels::Precision> precision() const { return packed_.precision(); }
  std::string obstacle(const kernels::Table& kernels) const { return packed_.obstacle(kernels); }

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

  const formats::PackedFile& file() const { return packed_.file(); }
  std::vector<std::string> layouts() const { return packed_.layouts(); }

 private:
  explicit PackedModel(PackedWeights packed) : packed_(std::move(packed)) {}

  PackedWeights packed_;
};

}  // namespace mana::models
