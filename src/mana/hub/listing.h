#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mana/hub/checksum.h"

namespace mana::hub {

/// A file of a repository as the hub describes it.
struct RemoteFile {
  std::string path;                   ///< relative to the repository, with '/'
  std::optional<std::uint64_t> size;  ///< bytes; nothing when the server does not say
  std::optional<Checksum> checksum;   ///< nothing when the server does not say
};

/// A repository at one revision.
struct Listing {
  std::string commit;  ///< 40 hexadecimal digits
  std::vector<RemoteFile> files;
};

/// Reads the answer of GET /api/models/<owner>/<name>/revision/<revision>?blobs=true. `place` names it in messages.
/// Throws FormatError for anything else, and for a path that would lie outside of the repository's folder.
Listing parse_listing(std::string_view text, const std::string& place);

/// Where the parts of a model lie in its repository, as its modules.json says.
struct ModelLayout {
  std::string encoder = {};                             ///< the encoder's folder; empty: the repository's own
  std::vector<std::string> modules = {};                ///< the folders of what follows it: "1_Pooling"
  std::vector<std::string> with_weights = {};           ///< those of `modules` that need weights of their own
  std::optional<std::vector<std::string>> shards = {};  ///< the files that the index of the encoder's weights names
};

/// Reads a modules.json. Throws FormatError for a path that leads outside, or what is no such list.
ModelLayout parse_layout(std::string_view modules, const std::string& place);
/// The files that an index of weights names, in the encoder's folder. Throws FormatError.
std::vector<std::string> parse_shards(std::string_view index, const std::string& place);

/// nullptr when the repository has no such file.
const RemoteFile* find_file(const Listing& listing, std::string_view path);

/// Throws FormatError when nothing in the repository is safetensors or PyTorch's weights, and says what it has instead.
void require_weights(const Listing& listing, const std::string& name);

/// The files that a model needs, the smallest first: configurations, tokenizer, weights and the card, of the folders
/// that the layout names, whatever they are called. Weights are safetensors, or pytorch_model.bin where there are none;
/// not the same once more for other programs (ONNX, OpenVINO, TensorFlow) or in other precisions, nor the vocabularies
/// of tokenizers that are not read. Throws FormatError when a part of the model has none. `name` is the repository in
/// messages.
std::vector<RemoteFile> encoder_files(const Listing& listing, const ModelLayout& layout, const std::string& name);

}  // namespace mana::hub
