#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "mana/generate/decoding.h"

namespace mana::generate {

/// A model for tests: what follows depends on the token before it and on the sum of the source. Token 0 is the end,
/// the last one the start. It keeps whole rows, so that it notices when they are arranged wrongly.
class MarkovModel {
 public:
  explicit MarkovModel(std::size_t vocabulary, unsigned seed = 1) : vocabulary_(vocabulary), seed_(seed) {}

  Token start() const { return static_cast<Token>(vocabulary_ - 1); }
  Token end() const { return 0; }

  /// log p of every token behind some others.
  std::vector<double> log_probabilities(std::span<const Token> source, std::span<const Token> before) const {
    unsigned key = seed_;
    for (const Token token : source) key = 31 * key + static_cast<unsigned>(token);
    for (const Token token : before.last(std::min<std::size_t>(2, before.size()))) {
      key = 31 * key + static_cast<unsigned>(token) + 7;
    }
    std::mt19937 random(key);
    std::vector<double> values(vocabulary_);
    double sum = 0;
    for (double& value : values) sum += std::exp(value = 1.5 * std::normal_distribution<double>()(random));
    for (double& value : values) value -= std::log(sum);
    return values;
  }

  void admit(std::span<const std::span<const Token>> sources) {
    for (const auto& source : sources) {
      rows_.push_back({});
      text_of_.push_back(sources_.size());
      sources_.emplace_back(source.begin(), source.end());
    }
    admissions.push_back(sources.size());
  }
  void step(std::span<const Token> tokens, std::span<const Question> questions,
            std::vector<std::vector<Candidate>>& answers) {
    answers.assign(rows_.size(), {});
    most_rows = std::max(most_rows, rows_.size());
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      rows_[row].push_back(tokens[row]);
      const auto next = log_probabilities(sources_[text_of_[row]], rows_[row]);
      double left = 0;
      for (std::size_t token = 0; token < next.size(); ++token) {
        if (std::ranges::binary_search(questions[row].forbidden, static_cast<Token>(token))) continue;
        left += std::exp(next[token]);
        answers[row].push_back({static_cast<Token>(token), next[token]});
      }
      for (Candidate& candidate : answers[row]) candidate.log_probability -= std::log(left);
      std::ranges::sort(answers[row], {},
                        [](const Candidate& each) { return std::pair(-each.log_probability, each.token); });
      answers[row].resize(std::min(answers[row].size(), questions[row].count));
    }
  }
  /// A token looks at the one of the source that its number says, and a little at the others.
  std::span<const float> attention(std::size_t row) {
    attention_.resize(std::max(attention_.size(), rows_.size()));
    const std::vector<Token>& source = sources_[text_of_[row]];
    attention_[row].assign(source.size(), 0.1f);
    attention_[row][static_cast<std::size_t>(rows_[row].back()) % source.size()] = 0.5f;
    return attention_[row];
  }
  void arrange(const Arrangement& to) {
    std::vector<std::vector<Token>> rows;
    std::vector<std::size_t> text_of;
    std::vector<std::vector<Token>> sources;
    for (std::size_t text = 0; text < to.texts.size(); ++text) {
      sources.push_back(sources_[to.texts[text]]);
      for (std::size_t row = to.offsets[text]; row < to.offsets[text + 1]; ++row) {
        rows.push_back(rows_[to.from[row]]);
        text_of.push_back(text);
      }
    }
    rows_ = std::move(rows), text_of_ = std::move(text_of), sources_ = std::move(sources);
  }

  std::vector<std::size_t> admissions;
  std::size_t most_rows = 0;

 private:
  std::size_t vocabulary_;
  unsigned seed_;
  std::vector<std::vector<Token>> rows_;
  std::vector<std::size_t> text_of_;
  std::vector<std::vector<Token>> sources_;
  std::vector<std::vector<float>> attention_;
};

}  // namespace mana::generate
