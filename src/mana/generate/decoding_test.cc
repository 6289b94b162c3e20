// Searches over a model small enough that all that may follow can be looked at.
#include "mana/generate/decoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "mana/base/errors.h"
#include "mana/generate/constraints.h"
#include "mana/generate/test_markov_model.h"

namespace mana::generate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::vector<Hypothesis>> decode(MarkovModel& model, std::span<const Text> texts, const Options& options,
                                            std::size_t rows = 8) {
  TextQueue queue(texts);
  Decoding(model, options, queue, rows)();
  return queue.results();
}

std::vector<Hypothesis> decode(MarkovModel model, const std::vector<Token>& source, const Options& options,
                               const std::vector<Token>& prefix = {}) {
  const Text text{source, prefix};
  return decode(model, std::span(&text, 1), options).front();
}

/// The best of all that may follow.
Hypothesis exhaustive(const MarkovModel& model, const std::vector<Token>& source, const Options& options) {
  Hypothesis best;
  best.score = -1e300;
  std::vector<Token> tokens = {model.start()};
  const auto follow = [&](const auto& self, double sum) -> void {
    const auto next = model.log_probabilities(source, tokens);
    const double length = static_cast<double>(tokens.size() - 1);
    const auto look = [&](double log_probability, std::size_t count, Ending ending) {
      const double score = log_probability / std::pow(static_cast<double>(count), options.length_penalty);
      if (score > best.score) best = {{tokens.begin() + 1, tokens.end()}, {}, log_probability, score, ending};
    };
    look(sum + next[0], tokens.size(), Ending::end);
    for (Token token = 1; token < static_cast<Token>(next.size()); ++token) {
      tokens.push_back(token);
      if (length + 1 == static_cast<double>(options.max_length)) {
        look(sum + next[static_cast<std::size_t>(token)], tokens.size() - 1, Ending::limit);
      } else {
        self(self, sum + next[static_cast<std::size_t>(token)]);
      }
      tokens.pop_back();
    }
  };
  follow(follow, 0.0);
  return best;
}

TEST(BeamSearch, AsWideAsCanBeFindsTheBestOfAll) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    for (const double alpha : {0.0, 0.6, 1.0}) {
      const MarkovModel model(4, seed);
      Options options{.beam = 4 * 4 * 4 * 4, .length_penalty = alpha, .max_length = 5};
      options.patience = 1000;
      const std::vector<Hypothesis> found = decode(model, {3, 1}, options);
      const Hypothesis best = exhaustive(model, {3, 1}, options);
      ASSERT_EQ(found.size(), 1);
      EXPECT_EQ(found[0].tokens, best.tokens) << "seed " << seed << ", alpha " << alpha;
      EXPECT_NEAR(found[0].score, best.score, 1e-12);
      EXPECT_EQ(found[0].ending, best.ending);
    }
  }
}

TEST(BeamSearch, OfOneFollowsTheLikeliest) {
  const MarkovModel model(6, 3);
  const std::vector<Token> source = {2};
  std::vector<Token> tokens = {model.start()};
  double sum = 0;
  while (tokens.size() <= 30) {
    const auto next = model.log_probabilities(source, tokens);
    const auto best = std::ranges::max_element(next);
    sum += *best;
    if (best == next.begin()) break;
    tokens.push_back(static_cast<Token>(best - next.begin()));
  }
  const std::vector<Hypothesis> found = decode(model, source, {.max_length = 30});
  EXPECT_EQ(found[0].tokens, std::vector<Token>(tokens.begin() + 1, tokens.end()));
  EXPECT_NEAR(found[0].log_probability, sum, 1e-12);
}

TEST(BeamSearch, EndsWithAsManyHypothesesAsPatienceAsksFor) {
  const MarkovModel model(8, 5);
  Options options{.beam = 4, .hypotheses = 4, .max_length = 40};
  EXPECT_EQ(decode(model, {1}, options).size(), 4);
  options.patience = 3;
  options.hypotheses = 12;
  const auto more = decode(model, {1}, options);
  EXPECT_EQ(more.size(), 12);
  for (std::size_t i = 1; i < more.size(); ++i) EXPECT_GE(more[i - 1].score, more[i].score);
}

TEST(BeamSearch, OneTextDoesNotDependOnTheOthers) {
  std::vector<std::vector<Token>> sources;
  for (Token i = 0; i < 40; ++i) sources.push_back(std::vector<Token>(static_cast<std::size_t>(1 + i % 7), i));
  std::vector<Text> texts;
  for (const auto& source : sources) texts.push_back({source, {}, texts.size()});
  for (const Options& options : {Options{.beam = 3, .hypotheses = 2, .max_length = 12}, Options{.max_length = 9},
                                 Options{.hypotheses = 3, .sampling = Sampling{.top_k = 5}, .max_length = 12}}) {
    MarkovModel model(9), alone(9);
    const auto together = decode(model, texts, options, 12);
    EXPECT_GT(model.admissions.size(), 3);  // texts that end have made room
    EXPECT_LE(model.most_rows, 12);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto own = decode(alone, std::span(&texts[i], 1), options).front();
      ASSERT_EQ(own.size(), together[i].size());
      for (std::size_t k = 0; k < own.size(); ++k) {
        EXPECT_EQ(own[k].tokens, together[i][k].tokens);
        EXPECT_EQ(own[k].score, together[i][k].score);
      }
    }
  }
}

TEST(TextQueue, IsSharedByThreads) {
  std::vector<std::vector<Token>> sources(60, {1});
  for (std::size_t i = 0; i < sources.size(); ++i) sources[i].resize(1 + i % 9, static_cast<Token>(i));
  std::vector<Text> texts;
  for (const auto& source : sources) texts.push_back({source});
  const Options options{.beam = 2, .max_length = 15};
  MarkovModel model(9);
  const auto expected = decode(model, texts, options);
  std::size_t finished = 0;
  TextQueue queue(texts, [&](std::size_t count) { finished += count; });
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        MarkovModel own(9);
        Decoding(own, options, queue, 8)();
      });
    }
  }
  const auto found = queue.results();
  EXPECT_EQ(finished, texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(found[i][0].tokens, expected[i][0].tokens);
}

TEST(TextQueue, StopsWhenAsked) {
  const std::vector<Token> source = {1};
  const Text text{source};
  std::stop_source stop;
  TextQueue queue(std::span(&text, 1), {}, stop.get_token());
  stop.request_stop();
  MarkovModel model(9);
  const Options options;
  Decoding decoding(model, options, queue, 1);
  EXPECT_THROW(decoding(), Cancelled);
}

TEST(Search, SaysWhyItEnded) {
  const MarkovModel model(9, 2);
  const auto cut = decode(model, {1}, {.min_length = 3, .max_length = 3})[0];
  EXPECT_EQ(cut.ending, Ending::limit);
  EXPECT_EQ(cut.tokens.size(), 3);
  const auto forced = decode(model, {1}, {.min_length = 3, .max_length = 3, .forced_end = true})[0];
  EXPECT_EQ(forced.ending, Ending::limit);
  EXPECT_THAT(forced.tokens, ElementsAre(cut.tokens[0], cut.tokens[1]));
}

TEST(Search, BeginsWithItsPrefix) {
  const MarkovModel model(9, 2);
  for (const std::size_t beam : {1, 3}) {
    const auto found = decode(model, {1}, {.beam = beam, .max_length = 12}, {4, 5, 4})[0];
    ASSERT_GE(found.tokens.size(), 3);
    EXPECT_THAT(std::vector<Token>(found.tokens.begin(), found.tokens.begin() + 3), ElementsAre(4, 5, 4));
  }
}

TEST(Constraints, NameWhatMustNotFollow) {
  const std::vector<Token> tokens = {5, 6, 7, 5, 6};
  EXPECT_THAT(forbidden_after(tokens, {.min_length = 6}, 0), ElementsAre(0));
  EXPECT_THAT(forbidden_after(tokens, {.min_length = 5}, 0), ElementsAre());
  EXPECT_THAT(forbidden_after(tokens, {.no_repeat_ngram = 3}, 0), ElementsAre(7));
  EXPECT_THAT(forbidden_after(tokens, {.no_repeat_ngram = 1}, 0), ElementsAre(5, 6, 7));
  EXPECT_THAT(forbidden_after(std::vector<Token>{5, 5}, {.no_repeat_ngram = 2}, 0), ElementsAre(5));
  EXPECT_THAT(forbidden_after(tokens, {.suppressed = {{9}, {5, 6, 8}, {6, 6, 3}, {1, 5, 6, 7, 5, 6, 2}}}, 0),
              ElementsAre(8, 9));
}

TEST(Constraints, HoldInASearch) {
  const MarkovModel model(7, 4);
  Options options{.beam = 3, .hypotheses = 3, .min_length = 8, .max_length = 20, .no_repeat_ngram = 2};
  options.suppressed = {{3}};
  for (const Hypothesis& found : decode(model, {1}, options)) {
    EXPECT_GE(found.tokens.size(), 8);
    for (std::size_t i = 0; i < found.tokens.size(); ++i) {
      EXPECT_NE(found.tokens[i], 3);
      for (std::size_t k = 1; k < i; ++k) {
        EXPECT_FALSE(found.tokens[k] == found.tokens[i] && found.tokens[k - 1] == found.tokens[i - 1]);
      }
    }
  }
  // Where nothing may follow any more, a search ends.
  const auto short_of = decode(MarkovModel(3), {1}, {.min_length = 50, .max_length = 60, .no_repeat_ngram = 1})[0];
  EXPECT_EQ(short_of.tokens.size(), 2);
  EXPECT_EQ(short_of.ending, Ending::limit);
}

TEST(SampledSearch, DrawsAsOftenAsProbabilitiesSay) {
  const std::vector<Candidate> candidates = {{7, std::log(0.5)}, {3, std::log(0.3)}, {1, std::log(0.2)}};
  EXPECT_EQ(draw(candidates, {}, 0.0), 0);
  EXPECT_EQ(draw(candidates, {}, 0.499), 0);
  EXPECT_EQ(draw(candidates, {}, 0.501), 1);
  EXPECT_EQ(draw(candidates, {}, 0.799), 1);
  EXPECT_EQ(draw(candidates, {}, 0.801), 2);
  EXPECT_EQ(draw(candidates, {}, 0.9999999), 2);
  // Of the first two, 0.5 : 0.3.
  EXPECT_EQ(draw(candidates, {.top_p = 0.7}, 0.62), 0);
  EXPECT_EQ(draw(candidates, {.top_p = 0.7}, 0.63), 1);
  EXPECT_EQ(draw(candidates, {.top_p = 0.7}, 0.9999999), 1);
  EXPECT_EQ(draw(candidates, {.top_p = 0.5}, 0.9999999), 0);
  // Squared: 25 : 9 : 4.
  EXPECT_EQ(draw(candidates, {.temperature = 0.5}, 0.657), 0);
  EXPECT_EQ(draw(candidates, {.temperature = 0.5}, 0.659), 1);
}

TEST(SampledSearch, IsAFunctionOfSeedTextAndHypothesis) {
  const auto first = [](const std::vector<Hypothesis>& found) { return found[0].tokens; };
  const std::vector<Token> source = {1};
  const auto with = [&](std::uint64_t seed, std::uint64_t key) {
    MarkovModel model(50);
    const Text text{source, {}, key};
    return decode(model, std::span(&text, 1), {.hypotheses = 2, .sampling = Sampling{.seed = seed}, .max_length = 9})
        .front();
  };
  EXPECT_EQ(first(with(1, 1)), first(with(1, 1)));
  EXPECT_NE(first(with(1, 1)), first(with(2, 1)));
  EXPECT_NE(first(with(1, 1)), first(with(1, 2)));
  EXPECT_NE(with(1, 1)[0].tokens, with(1, 1)[1].tokens);
}

TEST(Options, RefuseWhatMeansNothing) {
  const auto message = [](const Options& options) -> std::string {
    try {
      check(options, 10);
    } catch (const ArgumentError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message({}), "");
  EXPECT_THAT(message({.beam = 0}), HasSubstr("`beam` is 0"));
  EXPECT_THAT(message({.beam = 11}), HasSubstr("the vocabulary has 10 tokens"));
  EXPECT_THAT(message({.hypotheses = 0}), HasSubstr("`n_best` is 0"));
  EXPECT_THAT(message({.beam = 2, .hypotheses = 3}), HasSubstr("wider `beam`"));
  EXPECT_THAT(message({.patience = 0}), HasSubstr("`patience` is 0"));
  EXPECT_THAT(message({.max_length = 0}), HasSubstr("`max_length` is 0"));
  EXPECT_THAT(message({.max_length = 1, .forced_end = true}), HasSubstr("`max_length` is 1"));
  EXPECT_THAT(message({.min_length = 9, .max_length = 8}), HasSubstr("`min_length` is 9"));
  EXPECT_THAT(message({.sampling = Sampling{.top_k = 11}}), HasSubstr("`top_k` is 11"));
  EXPECT_THAT(message({.sampling = Sampling{.top_p = 0}}), HasSubstr("`top_p` is 0"));
  EXPECT_THAT(message({.sampling = Sampling{.temperature = 0}}), HasSubstr("`temperature` is 0"));
  EXPECT_THAT(message({.beam = 2, .sampling = Sampling{}}), HasSubstr("`beam` is 2"));
  EXPECT_THAT(message({.suppressed = {{}}}), HasSubstr("is empty"));
  EXPECT_THAT(message({.suppressed = {{3, 10}}}), HasSubstr("token 10"));
}

}  // namespace
}  // namespace mana::generate
