#include "mana/data/pretraining/sentence_packing.h"

#include <algorithm>

namespace mana::data {
namespace {

/// Sequences that are filled one after the other.
class Packer {
 public:
  explicit Packer(std::size_t length) : length_(length) { sequences_.bounds.push_back(0); }

  void begin_document() { joins_ = false; }
  /// Of at most length - 2 tokens.
  void add(std::uint64_t begin, std::uint32_t count) {
    if (used_ + count + (joins_ ? 0 : 1) > length_) close();
    if (!joins_) {
      sequences_.runs.push_back({begin, 0});
      used_ += 1;  // its [SEP]
    }
    sequences_.runs.back().count += count;
    used_ += count;
    joins_ = true;
  }
  EpochSequences finish() {
    close();
    return std::move(sequences_);
  }

 private:
  void close() {
    if (sequences_.bounds.back() == sequences_.runs.size()) return;
    sequences_.bounds.push_back(sequences_.runs.size());
    used_ = 1;
    joins_ = false;
  }

  std::size_t length_;
  std::size_t used_ = 1;  // [CLS]
  bool joins_ = false;    // the next sentence follows the last one of the sequence in its document
  EpochSequences sequences_;
};

}  // namespace

EpochSequences pack_sentences(const TokenFile& tokens, std::span<const std::uint32_t> documents, std::size_t length) {
  const auto bounds = tokens.sentence_bounds();
  Packer packer(length);
  for (const std::uint32_t document : documents) {
    packer.begin_document();
    for (std::uint64_t i = tokens.document_bounds()[document]; i < tokens.document_bounds()[document + 1]; ++i) {
      for (std::uint64_t begin = bounds[i]; begin < bounds[i + 1];) {
        const std::uint64_t count = std::min<std::uint64_t>(bounds[i + 1] - begin, length - 2);
        packer.add(begin, static_cast<std::uint32_t>(count));
        begin += count;
      }
    }
  }
  return packer.finish();
}

}  // namespace mana::data
