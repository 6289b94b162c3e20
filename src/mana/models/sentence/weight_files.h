#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mana/formats/safetensors.h"
#include "mana/formats/sentence_folder.h"
#include "mana/models/file_tensor.h"
#include "mana/models/sentence/sentence_model.h"

namespace mana::models {

/// The ordinary files of a sentence model, in which each part finds its tensors by name: those of the encoder by its
/// family's table, those of a head in its module's folder. Files are opened when they are first needed.
class WeightFiles {
 public:
  /// Whether there are files yet: else tensors get the names that a new checkpoint gives them.
  enum class Files { there, none_yet };

  /// `modules` are those that the model was made of. Keeps what it is given by reference.
  WeightFiles(const formats::SentenceFolder& folder, const std::vector<formats::SentenceModule>& modules,
              const SentenceModel& model, Files files = Files::there);

  /// Of a Linear, LayerNorm or EmbeddingTable that nn::walk() calls so, as NameTable::tensors() lists them. Throws
  /// IoError, or FormatError that names a tensor of the encoder which is missing or has another shape than config.json
  /// makes it.
  template <class Part>
  std::vector<FileTensor> tensors(const std::string& part, const Part& weights) {
    const Home& home = home_of(part);
    return located(home, home.names->tensors(std::string_view(part).substr(home.part.size()), weights));
  }

  /// Its values as f32. Throws FormatError for another shape.
  std::vector<float> values(const FileTensor& tensor);
  /// Its file, which an adapter is merged with.
  std::shared_ptr<const formats::StoredWeights> stored_weights(const FileTensor& tensor);

 private:
  /// Where the parts whose names begin with `part` have their tensors.
  struct Home {
    std::string part;
    std::filesystem::path folder;
    const NameTable* names;
  };

  const Home& home_of(std::string_view part) const;
  std::vector<FileTensor> located(const Home& home, std::vector<PartTensor> tensors);
  std::shared_ptr<const formats::StoredWeights> open(const std::filesystem::path& folder);

  const formats::SentenceFolder& folder_;
  bool encoder_in_file_;        // in the shapes of config.json: not a static embedding, which is as its file has it
  std::vector<Home> homes_;     // heads, then the encoder
  std::filesystem::path open_;  // the folder of stored_weights_
  std::shared_ptr<const formats::StoredWeights> stored_weights_;
};

/// Throws FormatError that names the tensor where it is missing or has another shape than config.json makes it.
void require_shape(const formats::StoredWeights& stored_weights, const std::string& tensor,
                   const formats::Shape& shape);

}  // namespace mana::models
