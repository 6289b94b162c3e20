#include "mana/jobs/explain/pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "mana/base/errors.h"
#include "mana/base/random.h"
#include "mana/jobs/option_error.h"
#include "mana/word2vec/negative_sampler.h"
#include "mana/word2vec/pairs.h"

namespace mana::jobs {
namespace {

constexpr std::uint64_t kMostPairs = 1'000'000;

/// Words that may be drawn, and how often they were seen.
struct Counts {
  std::vector<std::string_view> words;
  std::vector<std::uint64_t> counts;
};

std::vector<std::string> words_of(const PairOptions& options) {
  std::vector<std::string> words;
  text::WordSegmenter segmenter(options.segmentation);
  segmenter(options.text, [&](std::string_view word) { words.emplace_back(word); });
  if (words.empty()) throw ArgumentError("the text has no words; give one with two words or more");
  if (words.size() == 1) throw ArgumentError("the text has one word, which makes no pair; give one with two or more");
  return words;
}

Counts counts_of(std::span<const std::string> words) {
  Counts counted;
  std::unordered_map<std::string_view, std::size_t> places;
  for (const std::string& word : words) {
    const auto [place, is_new] = places.try_emplace(word, counted.words.size());
    if (is_new) {
      counted.words.push_back(word);
      counted.counts.push_back(0);
    }
    ++counted.counts[place->second];
  }
  return counted;
}

Counts counts_of(const formats::WordVectors& model) {
  if (model.counts.empty()) {
    throw ArgumentError(fmt::format(
        "{} does not say how often its words were seen, by which negative ones are drawn; the "
        "folder of a mana train word2vec and a fastText .bin do; without `model` they are drawn by the text",
        model.source.empty() ? "the model" : model.source));
  }
  return {model.words, model.counts};
}

/// Leaves only words that may be drawn, as training does.
std::vector<std::string> leave_unknown_out(std::vector<std::string>& words, const Counts& counts) {
  const std::unordered_set<std::string_view> known(counts.words.begin(), counts.words.end());
  const auto is_unknown = [&](const std::string& word) { return !known.contains(word); };
  std::vector<std::string> left_out;
  std::ranges::copy_if(words, std::back_inserter(left_out), is_unknown);
  std::erase_if(words, is_unknown);
  if (words.empty()) throw ArgumentError("the model knows no word of the text; give another text, or no model");
  if (words.size() == 1) {
    throw ArgumentError("the model knows one word of the text, which makes no pair; give another text, or no model");
  }
  return left_out;
}

void check_size(std::uint64_t pairs, const PairOptions& options) {
  if (pairs > kMostPairs / (1 + std::uint64_t{options.negatives})) {
    throw ArgumentError(
        fmt::format("{} positive pairs and {} negative ones for each are more than the {} that can be shown; give a "
                    "shorter text, or less of `window` or `negatives`",
                    pairs, options.negatives, kMostPairs));
  }
}

}  // namespace

void PairOptions::check() const {
  if (window == 0) throw OptionError("`window` is at least 1: a word without others around it has no pairs");
}

ExplainedPairs explain_pairs(const PairOptions& options, const formats::WordVectors* model) {
  options.check();
  std::vector<std::string> words = words_of(options);
  ExplainedPairs found;
  std::optional<Counts> counts;
  if (model != nullptr) {
    counts = counts_of(*model);
    found.unknown = leave_unknown_out(words, *counts);
  } else {
    counts = counts_of(words);
  }
  const std::size_t length = words.size();
  found.window = options.window;
  found.negatives = options.negatives;
  found.vocabulary = counts->words.size();
  found.by_formula = word2vec::positive_pairs(length, options.window);
  check_size(found.by_formula, options);

  const word2vec::NegativeSampler sampler(counts->counts);
  Random random(options.seed);
  for (std::size_t i = 0; i < length; ++i) {
    ExplainedPairs::Word& word = found.words.emplace_back();
    word.word = words[i];
    word.before = std::min<std::size_t>(i, options.window);
    word.after = std::min<std::size_t>(length - 1 - i, options.window);
    for (std::size_t j = i - word.before; j <= i + word.after; ++j) {
      if (j != i) word.near.push_back(j);
    }
    for (unsigned n = 0; n < options.negatives; ++n) {
      word.drawn.emplace_back(counts->words[sampler(random)]);
      if (word.drawn.back() == word.word) ++word.drawn_itself;
    }
    found.positive += word.near.size();
    found.drawn += word.near.size() * options.negatives;
    found.drawn_itself += word.near.size() * word.drawn_itself;
  }
  return found;
}

}  // namespace mana::jobs
