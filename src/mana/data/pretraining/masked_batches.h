#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "mana/data/masked_batch.h"
#include "mana/data/pretraining/held_out.h"
#include "mana/data/pretraining/masking.h"
#include "mana/data/pretraining/sequence_plan.h"
#include "mana/data/pretraining/token_file.h"

namespace mana::data {

struct MaskedBatchOptions {
  Packing packing = {};  ///< what makes a sequence, and how long it is
  MaskRule masks = {};
  std::size_t batch_tokens = 4096;  ///< about, special tokens included; at least a sequence
  double held_out = 0.05;           ///< share of the documents that are not trained on; may be 0
  std::uint64_t seed = 0;

  bool operator==(const MaskedBatchOptions&) const = default;
};

/// The batches of masked sequences of a corpus. Every batch is a function of seed, epoch and place: the order of
/// documents, the sequences, what is hidden. Those that are held out are the same in every epoch and for every seed, so
/// that losses can be compared. Safe to be asked by many threads at once.
///
/// The sequences of an epoch, in random order, are shared among its batches evenly:
///
///   B = T / batch_tokens,   batch i: sequences ⌊S i / B⌋ … ⌊S (i + 1) / B⌋       T tokens and S sequences of an epoch
///
/// where T is that of the first, so that every epoch has as many.
class MaskedBatches {
 public:
  /// `tokens` and `vocabulary` outlive it. Throws ArgumentError for options that mean nothing, for a side without
  /// documents, for pairs where there are none (sequence_plan.h), for tokens of a larger vocabulary than this one.
  MaskedBatches(const TokenFile& tokens, const MaskVocabulary& vocabulary, const MaskedBatchOptions& options,
                CorpusSide side = CorpusSide::training);

  /// Batches of an epoch, of every one as many.
  std::size_t steps() const { return steps_; }
  /// `place` is below steps().
  MaskedBatch batch(std::uint64_t epoch, std::size_t place) const;

  std::size_t documents() const { return plan_.documents(); }  ///< of this side, that are in sequences
  /// Tokens of this side, without special tokens, of which every epoch has each once.
  std::uint64_t tokens() const { return plan_.tokens(); }
  /// Tokens of this side that are in no sequence (sequence_plan.h).
  std::uint64_t tokens_left_out() const { return plan_.tokens_left_out(); }

 private:
  struct Epoch {
    std::uint64_t number;
    EpochSequences sequences;
  };
  std::shared_ptr<const Epoch> epoch(std::uint64_t number) const;

  const TokenFile& tokens_;
  const MaskVocabulary& vocabulary_;
  CorpusSide side_;
  std::uint64_t seed_;
  Masking masking_;
  SequencePlan plan_;
  std::size_t steps_ = 0;
  mutable std::mutex mutex_;                                     // of what follows
  mutable std::array<std::shared_ptr<const Epoch>, 2> planned_;  // the epochs that were asked for last
};

}  // namespace mana::data
