#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mana/models/packed_weights.h"
#include "mana/models/transformer/transformer.h"
#include "mana/text/marian_tokenizers.h"

/// The packed model of a translator (models/packed_weights.h).
namespace mana::models {

/// Writes model.mana into a translator's folder, atomically, for each of the targets, with the tokenizers of both
/// sides; a table that both sides look up is there once. `precision` is what the model is meant to be computed in, and
/// then the default of everybody who opens the folder and asks for no other. Throws IoError, FormatError as
/// load_transformer(), ArgumentError as pack_layouts().
void write_packed_translator(const std::filesystem::path& folder, std::span<const PackTarget> targets,
                             std::optional<kernels::Precision> precision = {});

/// Whether a translator's packed model is all the weights that its folder has.
bool is_packed_alone(const std::filesystem::path& translator);

/// The packed file of a translator's folder, held against the ordinary ones, if there are any.
class PackedTranslator {
 public:
  /// Nothing when the folder has no packed file. Throws FormatError when it is damaged, and IoError or FormatError
  /// where the ordinary files cannot be read.
  static std::optional<PackedTranslator> open(const std::filesystem::path& folder);

  /// As PackedWeights has them.
  std::optional<kernels::Precision> precision() const { return packed_.precision(); }
  std::string obstacle(const kernels::Table& kernels) const { return packed_.obstacle(kernels); }
  const formats::PackedFile& file() const { return packed_.file(); }
  std::vector<std::string> layouts() const { return packed_.layouts(); }

  /// load_transformer() from the packed file, which has no obstacle(): the same bits. Checks the sums of everything but
  /// the tables, which stay untouched in the mapped file. Throws FormatError when a section is damaged, missing or of
  /// another size than the configuration makes it.
  Transformer load(const kernels::Table& kernels) const;

  /// text::read_marian_tokenizers() of the folder; there is no obstacle(). Throws FormatError when a section is damaged
  /// or missing.
  text::MarianTokenizers tokenizers() const;

  /// Reads all of the ordinary weights and tokenizer files: throws FormatError when a byte of them is not what it was
  /// when the file was written.
  void require_origin() const;

 private:
  PackedTranslator(std::filesystem::path folder, PackedWeights packed)
      : folder_(std::move(folder)), packed_(std::move(packed)) {}

  std::filesystem::path folder_;
  PackedWeights packed_;
};

}  // namespace mana::models
