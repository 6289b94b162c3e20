// The first byte chooses a segmentation, the rest is the text: the words of one pass are those of the stages.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "mana/text/repaired_text.h"
#include "mana/text/word_segmenter.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  using namespace mana::text;
  using Split = WordSegmentation::Split;
  const WordSegmentation segmentation{.split = (data[0] & 4) != 0 ? Split::spaces : Split::words,
                                      .lowercase = (data[0] & 1) != 0,
                                      .persian = (data[0] & 2) != 0};
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  // A NUL parts tokens in training, as no file can hold it.
  if (segmentation.split == Split::spaces && text.find('\0') != text.npos) return 0;
  std::vector<std::string> words;
  WordSegmenter segment(segmentation);
  segment(text, [&](std::string_view word) { words.emplace_back(word); });

  const RepairedText repaired(text);
  NormalizedText normalized;
  normalized.assign(repaired.text(), 0, true);
  segmentation.normalizers()(normalized);
  Words ranges;
  NormalizedText rewritten;
  segmentation.pre_tokenizers()(normalized, {0, static_cast<std::uint32_t>(normalized.text().size())}, rewritten,
                                ranges);
  if (ranges.size() != words.size()) std::abort();
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (ranges[i].of(normalized.text()) != words[i]) std::abort();
  }
  return 0;
}
