#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mana/data/pretraining/token_file.h"

namespace mana::data {

/// What makes a sequence.
struct Packing {
  enum class Form : std::uint8_t {
    /// Whole sentences up to the length, over the ends of documents, each of which a [SEP] marks (Liu et al. 2019,
    /// arXiv:1907.11692, FULL-SENTENCES): [CLS] … [SEP], [CLS] … [SEP] … [SEP].
    sentences,
    /// [CLS] A [SEP] B [SEP], where B follows A in its document, or is of another one in half of the cases (Devlin et
    /// al. 2018, arXiv:1810.04805). It is what another pair has lost: two pairs exchange theirs.
    pairs,
  };
  Form form = Form::sentences;
  std::size_t length = 128;  ///< tokens of a sequence at most, special tokens included
  double short_share = 0.1;  ///< of pairs that are made for a random length from 2 on

  bool operator==(const Packing&) const = default;
};

/// Tokens that follow each other in the corpus.
struct TokenRun {
  std::uint64_t begin = 0;
  std::uint32_t count = 0;

  bool operator==(const TokenRun&) const = default;
};

/// The sequences of an epoch in the order in which they are read. A sequence is [CLS], and its runs, each with a [SEP]
/// behind it.
struct EpochSequences {
  std::vector<TokenRun> runs;
  std::vector<std::size_t> bounds;  ///< [sequences + 1] in runs
  std::vector<std::uint8_t> next;   ///< [sequences] as MaskedBatch::next; empty without pairs

  std::size_t count() const { return bounds.size() - 1; }
  std::span<const TokenRun> sequence(std::size_t number) const {
    return std::span(runs).subspan(bounds[number], bounds[number + 1] - bounds[number]);
  }
};

/// How some documents of a corpus become sequences, epoch by epoch. Every token is in one sequence of each epoch, but
/// those that are left out: with pairs, documents of one sentence, which has no next. A sentence that is longer than a
/// sequence has room for, or with pairs than half of it, is cut.
class SequencePlan {
 public:
  /// `tokens` outlives it. `documents` are numbers of its documents. Throws ArgumentError where there are none, the
  /// length has no room, or pairs are asked for and fewer than two documents have two sentences.
  SequencePlan(const TokenFile& tokens, std::vector<std::uint32_t> documents, const Packing& packing);

  /// A function of its arguments.
  EpochSequences of_epoch(std::uint64_t seed, std::uint64_t epoch) const;
  /// What no epoch has fewer of.
  std::size_t least_sequences() const;

  std::size_t documents() const { return documents_.size(); }  ///< that are in sequences
  std::uint64_t tokens() const { return included_; }           ///< in sequences
  std::uint64_t tokens_left_out() const { return left_out_; }

 private:
  std::size_t room() const { return packing_.length - (packing_.form == Packing::Form::pairs ? 3 : 2); }

  const TokenFile& tokens_;
  std::vector<std::uint32_t> documents_;
  Packing packing_;
  std::uint64_t included_ = 0, left_out_ = 0;
};

}  // namespace mana::data
