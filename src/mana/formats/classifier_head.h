#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mana/base/json.h"
#include "mana/formats/sentence_folder.h"

/// What makes a sentence-transformers folder a classifier: beside the encoder's files, which every other program reads
/// as before, a folder classifier/ with
///
///   config.json        {"version": 1, "classes": ["…", …], "dimensions": 384, "vectors": {…}}
///   model.safetensors  weight [classes, dimensions], bias [classes]: a linear layer over the vector of a text
namespace mana::formats {

inline constexpr const char* kClassifierFolder = "classifier";

/// How the vectors of a classifier are made, where that is not what the folder of its encoder says.
struct ClassifierVectors {
  std::optional<std::string> prompt;       ///< a name in the folder's prompts
  std::optional<std::string> prompt_text;  ///< what stands before every text, instead of one of them
  std::optional<std::vector<PoolingMode>> pooling;
  std::optional<bool> normalize;
  std::optional<std::size_t> truncate_dim;
  std::optional<std::size_t> max_tokens;
  bool average_chunks = false;  ///< of longer texts; else they are cut

  bool operator==(const ClassifierVectors&) const = default;
};

/// config.json
struct ClassifierConfig {
  std::vector<std::string> classes;  ///< at least two, each once
  std::size_t dimensions = 0;        ///< of a text's vector
  ClassifierVectors vectors;
};

/// P(class | x) = softmax(W x + b) for the vector x of a text.
struct ClassifierHead {
  ClassifierConfig config;
  std::vector<float> weights;  ///< W: [classes, dimensions]
  std::vector<float> bias;     ///< b: [classes]
};

/// Whether a folder has a classifier/ in it.
bool has_classifier(const std::filesystem::path& folder);

/// Throws FormatError that names the member.
ClassifierConfig parse_classifier_config(const json::Value& config);

/// Reads what stands in the classifier/ of a model's folder. Throws ArgumentError when there is none, IoError, or
/// FormatError for a file that is malformed, of another version, or has tensors that do not fit or are not finite.
ClassifierHead read_classifier_head(const std::filesystem::path& folder);

/// Writes it there. Throws IoError, ArgumentError for class names that are not UTF-8.
void write_classifier_head(const std::filesystem::path& folder, const ClassifierHead& head);

}  // namespace mana::formats
