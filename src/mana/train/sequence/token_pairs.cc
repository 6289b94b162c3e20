#include "mana/train/sequence/token_pairs.h"

#include <fmt/format.h>

#include "mana/base/errors.h"

namespace mana::train {

void TokenTexts::close(text::TokenId end) {
  ids.push_back(end);
  begins.push_back(ids.size());
}

TokenPairs read_token_pairs(const data::ParallelFiles& files, const PairTokenizers& tokenizers, std::size_t most_tokens,
                            const std::stop_token& stop) {
  data::ParallelReader reader(files, stop);
  text::SequentialTokenizer source(tokenizers.source), target(tokenizers.target);
  TokenPairs pairs;
  pairs.name = files.name();
  for (data::ParallelPair pair; reader.next(pair);) {
    const std::size_t before_source = pairs.source.ids.size(), before_target = pairs.target.ids.size();
    source.append(pair.source, {.special_tokens = false}, pairs.source.ids);
    target.append(pair.target, {.special_tokens = false}, pairs.target.ids);
    const std::size_t source_tokens = pairs.source.ids.size() - before_source + 1,
                      target_tokens = pairs.target.ids.size() - before_target + 1;
    if (source_tokens > most_tokens || target_tokens > most_tokens) {
      pairs.source.ids.resize(before_source);
      pairs.target.ids.resize(before_target);
      if (++pairs.too_long == 1) pairs.first_too_long = pair.line;
      continue;
    }
    pairs.source.close(tokenizers.end);
    pairs.target.close(tokenizers.end);
    pairs.lengths.push_back({static_cast<std::uint32_t>(source_tokens), static_cast<std::uint32_t>(target_tokens)});
    pairs.lines.push_back(static_cast<std::uint32_t>(pair.line));
  }
  pairs.notes = reader.notes();
  if (pairs.too_long > 0 && pairs.size() == 0) {
    throw FormatError(fmt::format("{}: all {} pairs are longer than the {} tokens of `max_length`", pairs.name,
                                  pairs.too_long, most_tokens));
  }
  if (pairs.size() == 0) throw FormatError(fmt::format("{} holds no pairs of texts", pairs.name));
  return pairs;
}

}  // namespace mana::train
