#pragma once

#include "mana/cli/shell/options.h"
#include "mana/text/word_segmenter.h"

namespace mana::cli {

/// `--split`: how texts are cut into words.
inline void describe_split(Options& options, text::WordSegmentation::Split& split) {
  using Split = text::WordSegmentation::Split;
  options.choice("--split", "Words are runs of letters and digits, or what stands between spaces, as it is",
                 {std::pair{std::string("words"), Split::words}, std::pair{std::string("spaces"), Split::spaces}},
                 split);
}

/// Throws UsageError for what does not go together.
inline void check_segmentation(const text::WordSegmentation& segmentation) {
  if (segmentation.split == text::WordSegmentation::Split::spaces && segmentation.persian) {
    throw UsageError("--split spaces takes words as they are, and --persian rewrites them; leave one of the two out");
  }
}

}  // namespace mana::cli
