#include "mana/subwords/seed_pieces.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <span>
#include <tuple>

#include "mana/base/errors.h"
#include "mana/text/utf8.h"

namespace mana::subwords {
namespace {

constexpr std::string_view kBehindWord = "\u2581";  // the next word begins with it
constexpr std::size_t kKey = sizeof(std::uint64_t);
constexpr std::size_t kLeads = 256;

// Words side by side, each with what stands behind it and a zero: nothing reaches from one into the next.
struct WordsText {
  std::string bytes;
  struct Stretch {
    std::uint32_t begin;
    std::uint64_t count;
  };
  std::vector<Stretch> words;

  explicit WordsText(const SentenceWords& all) {
    std::size_t size = kKey;
    for (const SentenceWords::Word& word : all.words) size += 2 * (word.text.size() + kBehindWord.size() + 1);
    if (size > UINT32_MAX) throw ArgumentError("the words of the text are more than 2 GB; train on a part of it");
    bytes.reserve(size);
    words.reserve(2 * all.words.size());
    for (const SentenceWords::Word& word : all.words) {
      add(word.text, kBehindWord, word.count - word.at_end);
      add(word.text, "", word.at_end);
    }
    bytes.append(kKey, '\0');
  }

  // The eight bytes at a place as one number that is in order as they are, with nothing behind a zero.
  std::uint64_t key(std::size_t at) const {
    std::uint64_t eight;
    std::memcpy(&eight, bytes.data() + at, kKey);
    if constexpr (std::endian::native == std::endian::little) eight = __builtin_bswap64(eight);
    for (std::uint64_t rest = ~std::uint64_t{0} >> 8, top = std::uint64_t{0xFF} << 56; top != 0;
         top >>= 8, rest >>= 8) {
      if ((eight & top) == 0) return eight & ~rest;
    }
    return eight;
  }

 private:
  void add(std::string_view word, std::string_view behind, std::uint64_t count) {
    if (count == 0) return;
    words.push_back({static_cast<std::uint32_t>(bytes.size()), count});
    bytes.append(word).append(behind).push_back('\0');
  }
};

struct Suffix {
  std::uint64_t key;
  std::uint32_t at;
  std::uint32_t word;
};

// Sorts suffixes that agree in the `depth` bytes before their keys, as far as `reach` bytes, eight bytes at a time.
void sort_suffixes(const WordsText& text, std::span<Suffix> suffixes, std::size_t depth, std::size_t reach) {
  std::ranges::sort(suffixes,
                    [](const Suffix& a, const Suffix& b) { return std::tie(a.key, a.at) < std::tie(b.key, b.at); });
  for (std::size_t begin = 0, end = 0; begin < suffixes.size(); begin = end) {
    const std::uint64_t key = suffixes[begin].key;
    while (end < suffixes.size() && suffixes[end].key == key) ++end;
    if (end - begin < 2 || (key & 0xFF) == 0 || depth + kKey >= reach) continue;
    const std::span<Suffix> same = suffixes.subspan(begin, end - begin);
    for (Suffix& suffix : same) suffix.key = text.key(suffix.at + depth + kKey);
    sort_suffixes(text, same, depth + kKey, reach);
  }
}

// How many bytes two suffixes have in common: `reach` where that is all that counts, or both end before.
std::size_t common_prefix(const WordsText& text, std::uint32_t a, std::uint32_t b, std::size_t reach) {
  for (std::size_t i = 0; i < reach; ++i) {
    if (text.bytes[a + i] != text.bytes[b + i]) return i;
    if (text.bytes[a + i] == '\0') return reach;
  }
  return reach;
}

struct Candidate {
  float score;
  std::uint32_t at, size;
};

class SeedSearch {
 public:
  SeedSearch(const WordsText& text, const PieceRules& rules)
      : text_(text), rules_(rules), reach_(4 * rules.max_length + 1) {}

  // All candidates among suffixes that begin with one byte.
  std::vector<Candidate> operator()(std::span<Suffix> suffixes) const {
    sort_suffixes(text_, suffixes, 0, reach_);
    struct Node {
      std::size_t depth;
      std::uint64_t count;  // of the suffixes below it that came so far
      std::uint32_t at;
    };
    std::vector<Candidate> found;
    std::vector<Node> open;
    for (std::size_t i = 0; i < suffixes.size(); ++i) {
      const std::size_t common =
          i + 1 < suffixes.size() ? common_prefix(text_, suffixes[i].at, suffixes[i + 1].at, reach_) : 0;
      Node last{reach_ + 1, text_.words[suffixes[i].word].count, suffixes[i].at};  // the suffix itself, a leaf
      while (!open.empty() && open.back().depth > common) {
        open.back().count += last.count;
        last = open.back();
        open.pop_back();
        add(last.at, last.depth, last.count, found);
      }
      if (common == 0) continue;
      if (open.empty() || open.back().depth < common) {
        open.push_back({common, last.count, last.at});
      } else {
        open.back().count += last.count;
      }
    }
    return found;
  }

 private:
  void add(std::uint32_t at, std::size_t size, std::uint64_t count, std::vector<Candidate>& found) const {
    if (count < 2 || size >= reach_) return;
    if (text::is_continuation(text_.bytes[at + size])) return;  // it ends within a character
    std::u32string piece;
    for (const char *c = text_.bytes.data() + at, *end = c + size; c < end;) piece.push_back(text::decode(c));
    if (piece.size() < 2 || !rules_.allow(piece)) return;
    found.push_back(
        {static_cast<float>(count) * static_cast<float>(piece.size()), at, static_cast<std::uint32_t>(size)});
  }

  const WordsText& text_;
  const PieceRules& rules_;
  std::size_t reach_;
};

std::vector<Suffix> suffixes_by_lead(const WordsText& text, std::array<std::size_t, kLeads + 1>& begins) {
  const auto for_each = [&](auto&& visit) {
    for (std::uint32_t word = 0; word < text.words.size(); ++word) {
      for (std::uint32_t at = text.words[word].begin; text.bytes[at] != '\0'; ++at) {
        if (!text::is_continuation(text.bytes[at])) visit(at, word, static_cast<unsigned char>(text.bytes[at]));
      }
    }
  };
  begins.fill(0);
  for_each([&](std::uint32_t, std::uint32_t, unsigned char lead) { ++begins[lead + 1]; });
  for (std::size_t lead = 0; lead < kLeads; ++lead) begins[lead + 1] += begins[lead];
  std::vector<Suffix> suffixes(begins.back());
  std::array<std::size_t, kLeads + 1> next = begins;
  for_each([&](std::uint32_t at, std::uint32_t word, unsigned char lead) {
    suffixes[next[lead]++] = {text.key(at), at, word};
  });
  return suffixes;
}

// Candidates by falling score, those scored alike by falling size and then by their bytes; at most `most` of them.
std::vector<Candidate> best(std::vector<Candidate> all, const WordsText& text, std::size_t most) {
  const auto spelled = [&](const Candidate& c) { return std::string_view(text.bytes).substr(c.at, c.size); };
  const auto before = [&](const Candidate& a, const Candidate& b) {
    if (a.score != b.score) return a.score > b.score;
    if (a.size != b.size) return a.size > b.size;
    return spelled(a) < spelled(b);
  };
  if (all.size() > most) {
    std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(most), all.end(), before);
    all.resize(most);
  }
  std::ranges::sort(all, before);
  return all;
}

}  // namespace

std::vector<ScoredPiece> seed_pieces(const SentenceWords& words, const PieceRules& rules, std::size_t most,
                                     Team& team) {
  std::vector<ScoredPiece> seeds;
  for (const SentenceWords::Letter& letter : words.alphabet) {
    char bytes[4];
    if (letter.count > 0)
      seeds.push_back({std::string(bytes, text::encode(letter.c, bytes)), static_cast<float>(letter.count)});
  }
  const WordsText text(words);
  std::array<std::size_t, kLeads + 1> begins;
  std::vector<Suffix> suffixes = suffixes_by_lead(text, begins);
  std::array<std::vector<Candidate>, kLeads> found;
  std::atomic<std::size_t> next = 0;
  team.run([&](unsigned) {
    const SeedSearch search(text, rules);
    for (std::size_t lead; (lead = next.fetch_add(1)) < kLeads;) {
      found[lead] = search(std::span(suffixes).subspan(begins[lead], begins[lead + 1] - begins[lead]));
    }
  });
  std::vector<Candidate> candidates;
  for (std::vector<Candidate>& some : found) candidates.insert(candidates.end(), some.begin(), some.end());
  for (const Candidate& seed : best(std::move(candidates), text, most)) {
    seeds.push_back({text.bytes.substr(seed.at, seed.size), seed.score});
  }
  double sum = 0;
  for (const ScoredPiece& seed : seeds) sum += seed.score;
  for (ScoredPiece& seed : seeds)
    seed.score = static_cast<float>(std::log(static_cast<double>(seed.score)) - std::log(sum));
  return seeds;
}

}  // namespace mana::subwords
