#include "mana/text/unigram.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>

namespace mana::text {
namespace {

constexpr std::uint32_t kNowhere = std::numeric_limits<std::uint32_t>::max();

}  // namespace

Unigram::Unigram(Parts parts)
    : vocabulary_(std::move(parts.vocabulary)),
      trie_(std::move(parts.pieces)),
      scores_(std::move(parts.scores)),
      bytes_(std::move(parts.bytes)),
      unknown_score_(parts.unknown_score),
      unknown_(parts.unknown),
      reference_(parts.reference) {}

Unigram::Unigram(FlatReader& bytes)
    : vocabulary_(bytes),
      trie_(bytes),
      scores_(Array<double>::of(bytes.array<double>())),
      bytes_(Array<TokenId>::of(bytes.array<TokenId>())),
      unknown_score_(std::bit_cast<double>(bytes.number())),
      unknown_(static_cast<TokenId>(bytes.number(std::numeric_limits<TokenId>::max()))),
      reference_(static_cast<Reference>(bytes.number(static_cast<std::uint64_t>(Reference::sentence_piece)))) {
  if (!vocabulary_.token(unknown_)) bytes.fail("the vocabulary lacks the unknown token");
  if (scores_.size() != vocabulary_.id_end()) bytes.fail("there is not a score for each token");
  trie_.for_each_id([&](TokenId id) {
    if (!vocabulary_.token(id)) bytes.fail("a piece has an id that the vocabulary lacks");
  });
  if (bytes_.size() != 0 && bytes_.size() != 256) bytes.fail("there are not 256 bytes");
  for (const TokenId id : bytes_.view()) {
    if (id != -1 && !vocabulary_.token(id)) bytes.fail("a byte has an id that the vocabulary lacks");
  }
}

void Unigram::compile(FlatWriter& bytes) const {
  vocabulary_.compile(bytes);
  trie_.compile(bytes);
  bytes.array(std::span<const std::uint64_t>(reinterpret_cast<const std::uint64_t*>(scores_.data()), scores_.size()));
  bytes.array(bytes_.view());
  bytes.number(std::bit_cast<std::uint64_t>(unknown_score_));
  bytes.number(static_cast<std::uint64_t>(unknown_));
  bytes.number(static_cast<std::uint64_t>(reference_));
}

void Unigram::operator()(std::string_view text, const Words& words, ModelMemory& memory, Pieces& pieces) const {
  for (const Range word : words) {
    if (word.size() > WordCache::kLongestWord) {
      add(text, word, memory.lattice, pieces);
      continue;
    }
    const std::uint64_t hash = hash_word(text.data() + word.begin, word.size());
    if (memory.cache.find(text, word, hash, pieces)) continue;
    const std::size_t before = pieces.size();
    add(text, word, memory.lattice, pieces);
    memory.cache.keep(text, word, hash, {pieces.data() + before, pieces.size() - before});
  }
}

void Unigram::add(std::string_view text, Range word, UnigramLattice& lattice, Pieces& pieces) const {
  const std::size_t before = pieces.size();
  if (reference_ == Reference::sentence_piece) {
    cut(text, word, lattice.single_steps, pieces);
  } else {
    cut(text, word, lattice.steps, pieces);
  }
  const std::span<const Piece> added(pieces.data() + before, pieces.size() - before);
  if (std::ranges::find(added, unknown_, &Piece::id) != added.end()) replace_unknown(text, before, pieces);
}

// Steps [origin, reach] are known. Where none leads beyond a place, every way goes through it, and what is before it
// is decided.
template <class Score>
void Unigram::cut(std::string_view text, Range word, GrowingArray<LatticeStep<Score>>& steps, Pieces& pieces) const {
  const char* const bytes = text.data();
  const char* const end = bytes + word.end;
  const double* const scores = scores_.data();
  const auto unknown_score = static_cast<Score>(unknown_score_);
  steps.clear();
  steps.push_back({0, unknown_, kNowhere});
  std::uint32_t origin = word.begin, reach = word.begin;
  for (std::uint32_t begin = word.begin; begin < word.end;) {
    if (reach == begin && begin > origin) {
      take_back(origin, steps, pieces);
      origin = begin;
    }
    const Score best = steps[begin - origin].best;
    const auto offer = [&](TokenId id, std::uint32_t behind, auto sum) {
      for (; reach < behind; ++reach) steps.push_back({0, unknown_, kNowhere});
      LatticeStep<Score>& step = steps.data()[behind - origin];
      if (step.begin == kNowhere || sum > step.best) step = {static_cast<Score>(sum), id, begin};
    };
    const std::uint32_t next = begin + static_cast<std::uint32_t>(code_point_size(bytes[begin]));
    bool single = false;
    trie_.for_each_prefix(bytes + begin, end, [&](TokenId id, const char* at) {
      const auto behind = static_cast<std::uint32_t>(at - bytes);
      offer(id, behind, static_cast<Score>(scores[id]) + best);
      single |= behind == next;
    });
    if (!single) offer(unknown_, next, static_cast<Score>(unknown_score + best));
    begin = next;
  }
  take_back(origin, steps, pieces);
}

// Adds the pieces that lead to the last step, which becomes the first one.
template <class Score>
void Unigram::take_back(std::uint32_t origin, GrowingArray<LatticeStep<Score>>& steps, Pieces& pieces) const {
  const std::size_t before = pieces.size();
  const LatticeStep<Score> last = steps[steps.size() - 1];
  for (auto at = static_cast<std::uint32_t>(origin + steps.size() - 1); at > origin;) {
    const LatticeStep<Score>& step = steps[at - origin];
    pieces.push_back({step.id, {step.begin, at}});
    at = step.begin;
  }
  std::reverse(pieces.data() + before, pieces.data() + pieces.size());
  steps.data()[0] = last;
  steps.cut(1);
}

// What is unknown beside each other is one token unless its bytes are tokens: those of a character, or in the other
// reference those of all of them, which all stand for the whole.
void Unigram::replace_unknown(std::string_view text, std::size_t word_begin, Pieces& pieces) const {
  const std::vector<Piece> before(pieces.data() + word_begin, pieces.data() + pieces.size());
  const bool by_character = reference_ == Reference::sentence_piece && bytes_.size() != 0;
  pieces.cut(word_begin);
  for (auto at = before.begin(); at != before.end();) {
    Piece piece = *at++;
    if (piece.id != unknown_) {
      pieces.push_back(piece);
      continue;
    }
    while (!by_character && at != before.end() && at->id == unknown_) piece.range.end = (at++)->range.end;
    put_unknown(text, piece, pieces);
  }
}

void Unigram::put_unknown(std::string_view text, Piece piece, Pieces& pieces) const {
  const std::string_view run = piece.range.of(text);
  const auto id_of = [&](char byte) { return bytes_[static_cast<unsigned char>(byte)]; };
  if (reference_ == Reference::tokenizers) {
    if (const TokenId id = vocabulary_.table().find(run.data(), run.size()); id != TokenTable::kNone) {
      return pieces.push_back({id, piece.range});
    }
  }
  if (bytes_.size() == 0 || std::ranges::any_of(run, [&](char byte) { return id_of(byte) < 0; })) {
    return pieces.push_back(piece);
  }
  for (const char byte : run) pieces.push_back({id_of(byte), piece.range});
}

Unigram::Parts parts_of(std::span<const ScoredPiece> pieces, TokenId unknown) {
  Unigram::Parts parts;
  parts.unknown = unknown;
  parts.vocabulary.reserve(pieces.size(), pieces.size() * 8);
  parts.unknown_score = pieces[0].score;
  for (const auto& [text, score] : pieces) {
    const auto id = static_cast<TokenId>(parts.scores.size());
    parts.vocabulary.insert(text, id);
    if (!text.empty()) parts.pieces.push_back({text, id});
    parts.scores.push_back(score);
    parts.unknown_score = std::min(parts.unknown_score, score);
  }
  parts.unknown_score -= Unigram::kUnknownPenalty;
  return parts;
}

std::vector<TokenId> byte_tokens(const Vocabulary& vocabulary) {
  std::vector<TokenId> ids(256);
  for (unsigned byte = 0; byte < ids.size(); ++byte) {
    ids[byte] = vocabulary.id(fmt::format("<0x{:02X}>", byte)).value_or(-1);
  }
  return ids;
}

}  // namespace mana::text
