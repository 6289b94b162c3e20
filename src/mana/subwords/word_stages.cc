#include "mana/subwords/word_stages.h"

#include <memory>

#include "mana/text/persian_folding.h"
#include "mana/text/pipeline.h"

namespace mana::subwords {

WordCutter WordStages::cutter() const {
  struct Memory {
    text::NormalizedText normalized, rewritten;
    text::Words words;
  };
  // As Tokenizer::Pipeline::run cuts a long text, so that a part of it stays in the cache.
  const text::PartEnds ends = normalizers.local() ? pre_tokenizers.part_ends() : text::PartEnds::none;
  return [this, ends, memory = std::make_shared<Memory>()](std::string_view line, WordTally& tally) {
    for (std::size_t begin = 0; begin < line.size();) {
      const std::size_t end = text::part_end(line, begin, ends);
      auto& [normalized, rewritten, words] = *memory;
      normalized.assign(line.substr(begin, end - begin), static_cast<std::uint32_t>(begin), false);
      normalizers(normalized);
      const text::Range all{0, static_cast<std::uint32_t>(normalized.text().size())};
      const text::NormalizedText& cut = pre_tokenizers(normalized, all, rewritten, words);
      for (const text::Range word : words) tally.add(word.of(cut.text()));
      begin = end;
    }
  };
}

WordStages word_stages(const Options& options) {
  WordStages stages;
  std::vector<text::Normalizer>& normalizers = stages.normalizers.stages;
  if (options.persian) normalizers = text::persian_folding();
  if (options.type == Type::wordpiece) {
    normalizers.emplace_back(text::BertNormalizer{.strip_accents = options.lowercase, .lowercase = options.lowercase});
    stages.pre_tokenizers.stages.emplace_back(text::BertPreTokenizer{});
  } else {
    if (options.lowercase) normalizers.emplace_back(text::Lowercase{});
    if (options.add_prefix_space) stages.pre_tokenizers.stages.emplace_back(text::SpacePrefix{});
    stages.pre_tokenizers.stages.emplace_back(text::Gpt2Words{});
  }
  return stages;
}

}  // namespace mana::subwords
