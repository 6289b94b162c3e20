#include "mana/eval/chrf.h"

#include <fmt/format.h>

#include <utility>

#include "mana/base/errors.h"
#include "mana/eval/ngrams.h"
#include "mana/eval/segment.h"

namespace mana::eval {
namespace {

bool is_ascii_punctuation(char32_t c) {
  return (c >= U'!' && c <= U'/') || (c >= U':' && c <= U'@') || (c >= U'[' && c <= U'`') || (c >= U'{' && c <= U'~');
}

/// The words, and a sign at the end of a word, or else at its beginning, as one of its own.
std::vector<std::u32string_view> words_and_signs(std::u32string_view segment) {
  std::vector<std::u32string_view> parts;
  for (const std::u32string_view word : words_of(segment)) {
    if (word.size() > 1 && is_ascii_punctuation(word.back())) {
      parts.insert(parts.end(), {word.substr(0, word.size() - 1), word.substr(word.size() - 1)});
    } else if (word.size() > 1 && is_ascii_punctuation(word.front())) {
      parts.insert(parts.end(), {word.substr(0, 1), word.substr(1)});
    } else {
      parts.push_back(word);
    }
  }
  return parts;
}

/// The characters without white space.
Symbols letters(std::u32string_view segment) {
  Symbols letters;
  letters.reserve(segment.size());
  for (const std::u32string_view word : words_of(segment)) letters.insert(letters.end(), word.begin(), word.end());
  return letters;
}

ChrfStatistics compare(const std::vector<Ngrams>& hypothesis, const std::vector<Ngrams>& reference) {
  ChrfStatistics statistics;
  statistics.orders.reserve(hypothesis.size());
  for (std::size_t n = 0; n < hypothesis.size(); ++n) {
    statistics.orders.push_back({.hypothesis = reference[n].empty() ? 0 : hypothesis[n].size(),
                                 .reference = reference[n].size(),
                                 .matches = common(hypothesis[n], reference[n])});
  }
  return statistics;
}

double ratio(std::uint64_t part, std::uint64_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

}  // namespace

ChrfStatistics& ChrfStatistics::operator+=(const ChrfStatistics& other) {
  if (orders.empty()) orders.resize(other.orders.size());
  if (orders.size() != other.orders.size()) {
    throw ArgumentError(
        fmt::format("chrF of {} orders of n-grams cannot be added to chrF of {}", other.orders.size(), orders.size()));
  }
  for (std::size_t n = 0; n < orders.size(); ++n) {
    orders[n].hypothesis += other.orders[n].hypothesis;
    orders[n].reference += other.orders[n].reference;
    orders[n].matches += other.orders[n].matches;
  }
  return *this;
}

ChrfStatistics chrf_statistics(std::string_view hypothesis, std::span<const std::string> references,
                               const ChrfOptions& options) {
  if (references.empty()) throw ArgumentError("chrF needs a reference for every hypothesis");
  std::vector<std::u32string> segments = {characters_of(hypothesis, options.lowercase)};
  for (const std::string& reference : references) segments.push_back(characters_of(reference, options.lowercase));

  std::vector<Symbols> texts;
  std::vector<std::vector<std::u32string_view>> words;
  texts.reserve(segments.size());
  words.reserve(segments.size());
  for (const std::u32string& segment : segments) {
    texts.push_back(letters(segment));
    words.push_back(words_and_signs(segment));
  }
  std::vector<std::vector<Ngrams>> ngrams = ngrams_of(texts, ChrfOptions::kCharacterOrder);
  if (options.word_order > 0) {
    std::vector<std::vector<Ngrams>> of_words = ngrams_of(numbered(words), options.word_order);
    for (std::size_t t = 0; t < ngrams.size(); ++t) {
      for (Ngrams& each : of_words[t]) ngrams[t].push_back(std::move(each));
    }
  }

  ChrfStatistics best = compare(ngrams[0], ngrams[1]);
  for (std::size_t r = 2; r < ngrams.size(); ++r) {
    ChrfStatistics other = compare(ngrams[0], ngrams[r]);
    if (chrf(other) > chrf(best)) best = std::move(other);
  }
  return best;
}

double chrf(const ChrfStatistics& statistics) {
  constexpr double kFactor = ChrfOptions::kBeta * ChrfOptions::kBeta;
  double precision = 0;
  double recall = 0;
  double orders = 0;
  for (const ChrfStatistics::Order& order : statistics.orders) {
    if (order.hypothesis == 0 || order.reference == 0) continue;
    precision += ratio(order.matches, order.hypothesis);
    recall += ratio(order.matches, order.reference);
    ++orders;
  }
  if (precision + recall == 0) return 0;
  precision /= orders;
  recall /= orders;
  return 100 * ((1 + kFactor) * precision * recall / (kFactor * precision + recall));
}

double corpus_chrf(std::span<const std::string> hypotheses, std::span<const std::string> references,
                   const ChrfOptions& options) {
  if (hypotheses.size() != references.size()) {
    throw ArgumentError(fmt::format("{} hypotheses cannot be compared with {} references; they must be as many",
                                    hypotheses.size(), references.size()));
  }
  ChrfStatistics statistics;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    statistics += chrf_statistics(hypotheses[i], references.subspan(i, 1), options);
  }
  return chrf(statistics);
}

std::string chrf_name(const ChrfOptions& options) { return "chrF2" + std::string(options.word_order, '+'); }

std::string chrf_signature(const ChrfOptions& options, std::size_t references, std::string_view version) {
  return fmt::format("nrefs:{}|case:{}|eff:yes|nc:{}|nw:{}|space:no|version:{}", references,
                     options.lowercase ? "lc" : "mixed", ChrfOptions::kCharacterOrder, options.word_order, version);
}

}  // namespace mana::eval
