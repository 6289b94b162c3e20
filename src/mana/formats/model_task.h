#pragma once

#include <filesystem>
#include <string>

namespace mana::formats {

/// What a checkpoint was trained for, as the architecture in its config.json says, or, where that says nothing, the
/// names of its tensors.
struct ModelTask {
  std::string architecture;  ///< "BertForMaskedLM"; empty where config.json names none
  std::string what;          ///< of a head that makes no use of a text's vector: "a classifier of texts or pairs, …"
  bool encodes = true;       ///< its vectors are meant for something without that head

  /// A few words for a note on a folder that does not say how its vectors are made; empty for a bare encoder.
  std::string note() const;
};

/// Of a Hugging Face folder with a BERT. Throws FormatError for an `architectures` that is no list of names.
ModelTask read_model_task(const std::filesystem::path& folder);

/// Throws FormatError when the checkpoint of a folder without modules.json is a cross-encoder, classifier or the like,
/// whose vectors mean nothing.
void require_encoder(const std::filesystem::path& folder);

}  // namespace mana::formats
