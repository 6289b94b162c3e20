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

/// The files that an encoder needs, the smallest first: configurations, tokenizer, safetensors weights and the card, of
/// the repository's own folder and of the module folders of sentence-transformers ("1_Pooling"). Not the same weights
/// once more for other programs (PyTorch's pickles, ONNX, OpenVINO, TensorFlow) or in other precisions.
/// Throws FormatError when a part of the model has no weights as safetensors. `name` is the repository in messages.
std::vector<RemoteFile> encoder_files(const Listing& listing, const std::string& name);

}  // namespace mana::hub
