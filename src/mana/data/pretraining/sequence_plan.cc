#include "mana/data/pretraining/sequence_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/random.h"
#include "mana/data/pretraining/pair_packing.h"
#include "mana/data/pretraining/sentence_packing.h"

namespace mana::data {
namespace {

constexpr std::size_t kShortest = 8;  // sequence
enum Stream : std::uint64_t { kDocuments, kPairs, kExchange, kSequences };

EpochSequences pack_pairs(const TokenFile& tokens, std::span<const std::uint32_t> documents, const Packing& packing,
                          std::size_t room, std::uint64_t key) {
  std::vector<TextPair> pairs;
  for (const std::uint32_t document : documents) {
    const Random random(Random::key(Random::key(key, kPairs), document));
    add_pairs(tokens, document, room, packing.short_share, random, pairs);
  }
  const std::vector<std::uint32_t> partners = exchange_partners(pairs, room, Random(Random::key(key, kExchange)));

  EpochSequences sequences;
  sequences.runs.reserve(2 * pairs.size());
  sequences.bounds.reserve(pairs.size() + 1);
  sequences.next.reserve(pairs.size());
  sequences.bounds.push_back(0);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const TextPair& own = pairs[i];
    const TextPair& other = pairs[partners[i]];
    sequences.runs.push_back({own.begin, static_cast<std::uint32_t>(own.first())});
    sequences.runs.push_back({other.middle, static_cast<std::uint32_t>(other.second())});
    sequences.bounds.push_back(sequences.runs.size());
    sequences.next.push_back(partners[i] == i ? 0 : 1);
  }
  return sequences;
}

EpochSequences in_order(const EpochSequences& sequences, std::span<const std::uint32_t> order) {
  EpochSequences result;
  result.runs.reserve(sequences.runs.size());
  result.bounds.reserve(sequences.bounds.size());
  result.next.reserve(sequences.next.size());
  result.bounds.push_back(0);
  for (const std::uint32_t number : order) {
    const auto runs = sequences.sequence(number);
    result.runs.insert(result.runs.end(), runs.begin(), runs.end());
    result.bounds.push_back(result.runs.size());
    if (!sequences.next.empty()) result.next.push_back(sequences.next[number]);
  }
  return result;
}

}  // namespace

SequencePlan::SequencePlan(const TokenFile& tokens, std::vector<std::uint32_t> documents, const Packing& packing)
    : tokens_(tokens), documents_(std::move(documents)), packing_(packing) {
  if (packing.length < kShortest) {
    throw ArgumentError(fmt::format("`length` is {} tokens; sequences need {} or more", packing.length, kShortest));
  }
  if (!(packing.short_share >= 0 && packing.short_share <= 1)) {
    throw ArgumentError(fmt::format("`short_share` is {}; give a share of the pairs", packing.short_share));
  }
  if (documents_.empty()) throw ArgumentError("there is no document to make sequences of");
  const auto count = [&] {
    std::uint64_t sum = 0;
    for (const std::uint32_t document : documents_) sum += tokens.document_tokens(document);
    return sum;
  };
  const std::uint64_t all = count();
  if (packing.form == Packing::Form::pairs) {
    const auto bounds = tokens.document_bounds();
    std::erase_if(documents_, [&](std::uint32_t document) { return bounds[document + 1] - bounds[document] < 2; });
    if (documents_.empty()) {
      throw ArgumentError(
          "every document is one sentence, so none has a next; train without pairs, or mark the documents otherwise "
          "(an empty line ends one)");
    }
    if (documents_.size() == 1) {
      throw ArgumentError(
          "only one document has two sentences or more, so there is no other to take a wrong next sentence from; train "
          "without pairs, or give more documents (an empty line ends one)");
    }
  }
  included_ = count();
  left_out_ = all - included_;
}

std::size_t SequencePlan::least_sequences() const {
  return static_cast<std::size_t>((included_ + room() - 1) / room());
}

EpochSequences SequencePlan::of_epoch(std::uint64_t seed, std::uint64_t epoch) const {
  const std::uint64_t key = Random::key(seed, epoch);
  std::vector<std::uint32_t> documents = documents_;
  Random(Random::key(key, kDocuments)).shuffle(documents);
  const EpochSequences sequences = packing_.form == Packing::Form::pairs
                                       ? pack_pairs(tokens_, documents, packing_, room(), key)
                                       : pack_sentences(tokens_, documents, packing_.length);
  std::vector<std::uint32_t> order(sequences.count());
  std::iota(order.begin(), order.end(), 0U);
  Random(Random::key(key, kSequences)).shuffle(order);
  return in_order(sequences, order);
}

}  // namespace mana::data
