#include "mana/subwords/sentencepiece_trainer.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/subwords/sentence_words.h"
#include "mana/subwords/sentencepiece_bpe.h"
#include "mana/subwords/unigram_trainer.h"
#include "mana/subwords/written_file.h"

namespace mana::subwords {
namespace {

PieceRules rules_of(const Options& options) {
  PieceRules rules;
  rules.max_length = options.max_length();
  rules.split_digits = options.split_digits;
  return rules;
}

/// Tells how many rounds have been and how many there will be, as each leaves the same share of the pieces.
std::function<void(std::size_t)> tell_rounds(const Options& options, const Events& events) {
  return [&, done = std::uint64_t{0}](std::size_t pieces) mutable {
    if (events.stop.stop_requested()) throw Cancelled("the training was cancelled");
    constexpr double kEnough = 1.1;  // times as many as wanted
    const double too_many = static_cast<double>(pieces) / (kEnough * static_cast<double>(options.vocabulary_size));
    const double rounds = std::max(0.0, std::ceil(std::log(too_many) / -std::log(options.shrinking_factor)));
    ++done;
    events.progress("learning", "rounds", done, done + static_cast<std::uint64_t>(rounds));
  };
}

}  // namespace

SentenceCutting sentence_cutting(const Options& options) {
  SentenceCutting cutting;
  cutting.form.normalization = options.lowercase ? Normalization::nmt_nfkc_cf : Normalization::nmt_nfkc;
  cutting.form.persian = options.persian;
  cutting.form.zero_width_non_joiner = options.zero_width_non_joiner;
  cutting.character_map = cutting.form.compiled();
  cutting.special = special_texts(options.special_tokens, options.byte_fallback);
  cutting.max_length = options.max_sentence_length;
  return cutting;
}

TrainedSentencePieces train_sentencepieces(const CountedWords& words, const Options& options,
                                           const SentenceCutting& cutting, Team& team, const Events& events) {
  const SentenceWords sentences = sentence_words({words.begin(), words.end()}, options.coverage());
  const std::size_t special = options.special_tokens.size() + (options.byte_fallback ? 256 : 0);
  TrainedSentencePieces trained;
  trained.rules = rules_of(options);
  std::vector<ScoredPiece> pieces;
  if (options.type == Type::unigram) {
    trained.type = TrainedSentencePieces::Type::unigram;
    const UnigramSettings settings{
        options.vocabulary_size, special, trained.rules, options.seed_sentencepieces, options.shrinking_factor,
        options.em_iterations};
    pieces = train_unigram(sentences, settings, team, tell_rounds(options, events));
  } else {
    trained.type = TrainedSentencePieces::Type::byte_pairs;
    pieces = train_sentencepiece_bpe(sentences, {options.vocabulary_size, special, trained.rules}, events);
  }
  trained.pieces = with_special(options.special_tokens, options.byte_fallback, std::move(pieces));
  trained.byte_fallback = options.byte_fallback;
  trained.form = cutting.form;
  trained.character_map = cutting.character_map;
  trained.character_coverage = options.coverage();
  return trained;
}

void write_sentencepieces(const std::filesystem::path& folder, const TrainedSentencePieces& trained,
                          const Options& options) {
  write_whole(folder / "tokenizer.model", write_sentencepiece_model(trained));
  write_whole(folder / "tokenizer.json", write_sentencepiece_json(trained));
  nlohmann::ordered_json config = {{"tokenizer_class", "PreTrainedTokenizerFast"}};
  for (const auto& [key, token] :
       {std::pair{"bos_token", "<s>"}, std::pair{"eos_token", "</s>"}, std::pair{"unk_token", "<unk>"},
        std::pair{"pad_token", "<pad>"}, std::pair{"mask_token", "<mask>"}}) {
    if (std::ranges::count(options.special_tokens, token) > 0) config[key] = token;
  }
  write_whole(folder / "tokenizer_config.json", config.dump(2) + "\n");
}

}  // namespace mana::subwords
