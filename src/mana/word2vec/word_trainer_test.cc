// Training against a plain scalar one in double, that draws the same by chance and does what the equations say.
#include "mana/word2vec/word_trainer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"
#include "mana/kernels/isa.h"
#include "mana/word2vec/checkpoint.h"
#include "mana/word2vec/pairs.h"
#include "tests/support/sanitized.h"

namespace mana::word2vec {
namespace {

constexpr int kSentences = kSanitized ? 200 : 1000;

/// Sentences about one of five matters, each with words of its own, so that there is something to learn.
std::string toy_text(int sentences = kSentences) {
  Random random(3);
  std::string text;
  for (int s = 0; s < sentences; ++s) {
    const unsigned matter = random.below(5);
    for (unsigned i = 4 + random.below(12); i > 0; --i) {
      const bool general = random.below(3) == 0;
      text += general ? fmt::format("the{} ", random.below(10)) : fmt::format("m{}w{} ", matter, random.below(20));
    }
    text += '\n';
  }
  return text;
}

Corpus corpus_of(const std::string& text) {
  const TemporaryFolder folder;
  std::ofstream(folder / "text.txt") << text;
  const std::filesystem::path input = folder / "text.txt";
  CorpusOptions options;
  options.min_count = 1;
  return {{&input, 1}, options};
}

WordTraining small_training() {
  WordTraining training;
  training.dimensions = 20;
  training.epochs = 2;
  training.sample = 0.01;
  training.threads = 1;
  training.deterministic = true;
  return training;
}

using Rows = std::vector<std::vector<double>>;

Rows rows_of(const Matrix& matrix) {
  Rows rows;
  for (std::size_t row = 0; row < matrix.rows(); ++row)
    rows.emplace_back(matrix.row(row), matrix.row(row) + matrix.dimensions());
  return rows;
}

/// The definition: loops over workers, words, inputs and outputs.
class PlainTraining {
 public:
  PlainTraining(const Corpus& corpus, const WordTraining& training, const Matrices& initial)
      : corpus_(corpus),
        training_(training),
        tables_(corpus.vocabulary(), corpus.words(), training),
        x_(rows_of(initial.inputs)),
        y_(rows_of(initial.outputs)) {}

  void run() {
    const std::uint64_t total = training_.epochs * corpus_.blocks();
    for (std::uint64_t block = 0; block < total; block += 2) {
      const Rows x = x_, y = y_;
      Rows x_sum = x, y_sum = y;
      for (std::uint64_t worker = block; worker < std::min(block + 2, total); ++worker) {
        x_ = x;
        y_ = y;
        train_block(worker);
        add_difference(x_sum, x_, x);
        add_difference(y_sum, y_, y);
      }
      x_ = x_sum;
      y_ = y_sum;
    }
  }

  const Rows& inputs() const { return x_; }
  const Rows& outputs() const { return y_; }

 private:
  static void add_difference(Rows& sum, const Rows& now, const Rows& before) {
    for (std::size_t row = 0; row < sum.size(); ++row)
      for (std::size_t i = 0; i < sum[row].size(); ++i) sum[row][i] += now[row][i] - before[row][i];
  }

  void train_block(std::uint64_t number) {
    const auto block = static_cast<std::size_t>(number % corpus_.blocks());
    const double before =
        static_cast<double>(number / corpus_.blocks() * corpus_.words() + corpus_.words_before(block));
    rate_ = static_cast<float>(training_.first_rate() *
                               std::max(1e-4, 1 - before / static_cast<double>(training_.epochs * corpus_.words())));
    Random random(Random::key(training_.seed, number));
    std::vector<std::uint32_t> tokens, line;
    corpus_.read(block, tokens);
    for (const std::uint32_t token : tokens) {
      if (token == Corpus::kLineEnd) {
        train_line(line, random);
        line.clear();
      } else if (static_cast<std::uint32_t>(random.next()) <= tables_.keep[token]) {
        line.push_back(token);
      }
    }
    train_line(line, random);
  }

  void train_line(const std::vector<std::uint32_t>& line, Random& random) {
    if (line.size() < 2) return;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::size_t reach = training_.whole_window ? training_.window : 1 + random.below(training_.window);
      std::vector<std::pair<std::uint32_t, double>> outputs;  // a row and its label, as often as it was drawn
      if (tables_.tree.empty()) {
        outputs.emplace_back(line[i], 1);
        for (unsigned n = 0; n < training_.negatives; ++n)
          if (const std::uint32_t id = tables_.sampler.front()(random); id != line[i]) outputs.emplace_back(id, 0);
      } else {
        const HuffmanTree::Path path = tables_.tree.front().path(line[i]);
        for (std::size_t o = 0; o < path.nodes.size(); ++o) outputs.emplace_back(path.nodes[o], path.labels[o]);
      }
      std::vector<std::vector<std::uint32_t>> inputs;  // the rows of which each is the mean
      for (std::size_t k = 0; k < line.size(); ++k) {
        if (k == i || std::max(i, k) - std::min(i, k) > reach) continue;
        std::vector<std::uint32_t> rows = {line[k]};
        if (!tables_.subwords.empty()) {
          const auto parts = tables_.subwords.front().rows(line[k]);
          rows.assign(parts.begin(), parts.end());
        }
        if (training_.architecture == Architecture::cbow && !inputs.empty()) {
          inputs.front().insert(inputs.front().end(), rows.begin(), rows.end());
        } else {
          inputs.push_back(rows);
        }
      }
      step(inputs, outputs);
    }
  }

  void step(const std::vector<std::vector<std::uint32_t>>& inputs,
            const std::vector<std::pair<std::uint32_t, double>>& outputs) {
    const std::size_t width = training_.dimensions;
    Rows x(inputs.size(), std::vector<double>(width));
    for (std::size_t i = 0; i < inputs.size(); ++i)
      for (const std::uint32_t row : inputs[i])
        for (std::size_t k = 0; k < width; ++k) x[i][k] += x_[row][k] / static_cast<double>(inputs[i].size());
    Rows dx(inputs.size(), std::vector<double>(width)), dy(outputs.size(), std::vector<double>(width));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      for (std::size_t o = 0; o < outputs.size(); ++o) {
        const std::vector<double>& y = y_[outputs[o].first];
        double dot = 0;
        for (std::size_t k = 0; k < width; ++k) dot += x[i][k] * y[k];
        const double g = rate_ * (outputs[o].second - 1 / (1 + std::exp(-dot)));
        for (std::size_t k = 0; k < width; ++k) {
          dx[i][k] += g * y[k];
          dy[o][k] += g * x[i][k];
        }
      }
    }
    for (std::size_t o = 0; o < outputs.size(); ++o)
      for (std::size_t k = 0; k < width; ++k) y_[outputs[o].first][k] += dy[o][k];
    for (std::size_t i = 0; i < inputs.size(); ++i)
      for (const std::uint32_t row : inputs[i])
        for (std::size_t k = 0; k < width; ++k) x_[row][k] += dx[i][k];
  }

  const Corpus& corpus_;
  const WordTraining& training_;
  const WordTables tables_;
  Rows x_, y_;
  double rate_ = 0;
};

void train_to_the_end(WordTrainer& trainer) {
  while (!trainer.done()) trainer.advance();
}

bool same_bits(const Matrix& a, const Matrix& b) {
  return a.rows() == b.rows() && a.width() == b.width() &&
         std::memcmp(a.row(0), b.row(0), a.rows() * a.width() * sizeof(float)) == 0;
}

double largest_difference(const Matrix& got, const Rows& wanted) {
  double largest = 0;
  for (std::size_t row = 0; row < wanted.size(); ++row)
    for (std::size_t k = 0; k < wanted[row].size(); ++k)
      largest = std::max(largest, std::fabs(got.row(row)[k] - wanted[row][k]));
  return largest;
}

struct Kind {
  const char* name;
  Architecture architecture;
  Objective objective;
  bool subwords;
};

class WordTrainerTest : public testing::TestWithParam<Kind> {
 protected:
  WordTraining training() const {
    WordTraining training = small_training();
    training.architecture = GetParam().architecture;
    training.objective = GetParam().objective;
    if (GetParam().subwords) {
      training.subwords = Subwords{3, 4, 1000};
      training.learning_rate = 0.002;  // a row is a part of many words: differences of rounding grow faster
    }
    return training;
  }

  const Corpus corpus_ = corpus_of(toy_text());
};

TEST_P(WordTrainerTest, EqualsThePlainTraining) {
  WordTrainer trainer(corpus_, training());
  PlainTraining plain(corpus_, trainer.training(), trainer.matrices());
  train_to_the_end(trainer);
  plain.run();
  EXPECT_LE(largest_difference(trainer.matrices().inputs, plain.inputs()), 1e-5);
  EXPECT_LE(largest_difference(trainer.matrices().outputs, plain.outputs()), 1e-5);
}

TEST_P(WordTrainerTest, ThreadsDoNotChangeABit) {
  WordTraining one = training();
  WordTrainer alone(corpus_, one);
  train_to_the_end(alone);
  for (const unsigned threads : {2U, 3U}) {
    WordTraining many = one;
    many.threads = threads;
    WordTrainer together(corpus_, many);
    train_to_the_end(together);
    EXPECT_TRUE(same_bits(together.matrices().inputs, alone.matrices().inputs));
    EXPECT_TRUE(same_bits(together.matrices().outputs, alone.matrices().outputs));
  }
}

TEST_P(WordTrainerTest, GoesOnFromACheckpointAsIfNothingHadBeen) {
  const TemporaryFolder folder;
  WordTrainer whole(corpus_, training()), first(corpus_, training()), second(corpus_, training());
  train_to_the_end(whole);
  first.advance();
  const std::string job = describe_job(corpus_, training());
  write_checkpoint(folder / "c", first, job);
  resume_from_checkpoint(folder / "c", second, job);
  EXPECT_EQ(second.state().blocks, first.state().blocks);
  train_to_the_end(second);
  EXPECT_TRUE(same_bits(second.matrices().inputs, whole.matrices().inputs));
  EXPECT_TRUE(same_bits(second.matrices().outputs, whole.matrices().outputs));
  EXPECT_EQ(second.state().tally.positive_pairs, whole.state().tally.positive_pairs);
}

/// How much more alike, by the cosine, words of one matter are than those of two.
double learned(const Corpus& corpus, const Buffer<float>& vectors, std::size_t dimensions) {
  const std::vector<std::string>& words = corpus.vocabulary().words;
  const auto cosine = [&](std::size_t a, std::size_t b) {
    double dot = 0, aa = 0, bb = 0;
    for (std::size_t k = 0; k < dimensions; ++k) {
      const double u = vectors.data()[a * dimensions + k], v = vectors.data()[b * dimensions + k];
      dot += u * v;
      aa += u * u;
      bb += v * v;
    }
    return dot / std::sqrt(aa * bb);
  };
  double alike = 0, unlike = 0;
  int alike_count = 0, unlike_count = 0;
  for (std::size_t a = 0; a < words.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      if (words[a][0] != 'm' || words[b][0] != 'm') continue;
      (words[a][1] == words[b][1] ? alike : unlike) += cosine(a, b);
      ++(words[a][1] == words[b][1] ? alike_count : unlike_count);
    }
  }
  return alike / alike_count - unlike / unlike_count;
}

/// At every level, for each has kernels of its own that ThreadSanitizer must not watch.
TEST_P(WordTrainerTest, ThreadsWithoutLocksLearnWhatWordsHaveInCommon) {
  for (const kernels::Isa isa : kernels::available_isas()) {
    WordTraining fast = training();
    fast.deterministic = false;
    fast.threads = 2;
    fast.learning_rate = 0.1;
    fast.epochs = 6;
    fast.isa = isa;
    WordTrainer trainer(corpus_, fast);
    train_to_the_end(trainer);
    EXPECT_GT(learned(corpus_, trainer.vectors(), fast.dimensions), 0.1) << kernels::name_of(isa);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, WordTrainerTest,
    testing::Values(Kind{"SkipGram", Architecture::skip_gram, Objective::negative_sampling, false},
                    Kind{"Cbow", Architecture::cbow, Objective::negative_sampling, false},
                    Kind{"SkipGramTree", Architecture::skip_gram, Objective::hierarchical_softmax, false},
                    Kind{"CbowTree", Architecture::cbow, Objective::hierarchical_softmax, false},
                    Kind{"SkipGramSubwords", Architecture::skip_gram, Objective::negative_sampling, true},
                    Kind{"CbowSubwords", Architecture::cbow, Objective::negative_sampling, true}),
    [](const auto& kind) { return std::string(kind.param.name); });

TEST(WordTraining, TellsThePairsThatWereDrawn) {
  const Corpus corpus = corpus_of("a b c d e f g\nh i\nj k l\n");
  WordTraining training = small_training();
  training.sample = 0;
  training.whole_window = true;
  training.window = 3;
  training.epochs = 4;
  WordTrainer trainer(corpus, training);
  train_to_the_end(trainer);
  const TrainingTally& tally = trainer.state().tally;
  EXPECT_EQ(tally.positive_pairs, 4 * (positive_pairs(7, 3) + positive_pairs(2, 3) + positive_pairs(3, 3)));
  EXPECT_EQ(tally.words, 4u * 12);
  EXPECT_LE(tally.negative_pairs, 5 * tally.positive_pairs);  // less those that were the word itself
  EXPECT_GT(tally.negative_pairs, 4 * tally.positive_pairs);
}

TEST(WordTraining, RefusesWhatMeansNothing) {
  const auto refused = [](auto change) {
    WordTraining training;
    change(training);
    EXPECT_THROW(check(training), ArgumentError);
  };
  check(WordTraining());
  refused([](WordTraining& t) { t.dimensions = 0; });
  refused([](WordTraining& t) { t.window = 0; });
  refused([](WordTraining& t) { t.epochs = 0; });
  refused([](WordTraining& t) { t.negatives = 0; });
  refused([](WordTraining& t) { t.sample = -1; });
  refused([](WordTraining& t) { t.sample = NAN; });
  refused([](WordTraining& t) { t.learning_rate = 0; });
  refused([](WordTraining& t) { t.subwords = Subwords{5, 4, 10}; });
  refused([](WordTraining& t) { t.subwords = Subwords{3, 6, 0}; });
}

TEST(WordTraining, RefusesTheCheckpointOfAnotherJob) {
  const TemporaryFolder folder;
  const Corpus corpus = corpus_of("a b c d a b c d"), other = corpus_of("a b c d a b c c");
  WordTraining training = small_training(), wider = training;
  wider.window = 7;
  WordTrainer trainer(corpus, training);
  write_checkpoint(folder / "c", trainer, describe_job(corpus, training));
  EXPECT_THROW(resume_from_checkpoint(folder / "c", trainer, describe_job(corpus, wider)), ArgumentError);
  EXPECT_THROW(resume_from_checkpoint(folder / "c", trainer, describe_job(other, training)), ArgumentError);
  std::ofstream(folder / "d") << "no checkpoint";
  EXPECT_THROW(resume_from_checkpoint(folder / "d", trainer, describe_job(corpus, training)), FormatError);
  EXPECT_THROW(resume_from_checkpoint(folder / "e", trainer, describe_job(corpus, training)), IoError);
}

TEST(WordTraining, RefusesADamagedCheckpoint) {
  const TemporaryFolder folder;
  const Corpus corpus = corpus_of("a b c d a b c d");
  const WordTraining training = small_training();
  WordTrainer trainer(corpus, training);
  const std::string job = describe_job(corpus, training);
  write_checkpoint(folder / "c", trainer, job);
  EXPECT_NO_THROW(require_own_checkpoint(folder / "c"));
  const std::string whole = read_file(folder / "c");
  const std::size_t words = whole.find("words");
  for (const std::size_t at : {whole.size() - 3, whole.size() / 2, words + 8}) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    std::ofstream(folder / "c", std::ios::binary) << damaged;
    EXPECT_THROW(resume_from_checkpoint(folder / "c", trainer, job), FormatError) << at;
  }
  std::ofstream(folder / "c", std::ios::binary) << whole;
  EXPECT_NO_THROW(resume_from_checkpoint(folder / "c", trainer, job));
}

TEST(WordTrainer, NoticesThatItDiverges) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "the cat sat on the mat and the dog sat on the log\n";
  const Corpus corpus = corpus_of(text);
  for (const Architecture architecture : {Architecture::skip_gram, Architecture::cbow}) {
    for (const Objective objective : {Objective::negative_sampling, Objective::hierarchical_softmax}) {
      for (const bool deterministic : {false, true}) {
        WordTraining training = small_training();
        training.sample = 0;
        training.architecture = architecture;
        training.objective = objective;
        training.deterministic = deterministic;
        training.epochs = 20;
        training.learning_rate = 1;
        const auto train = [&] {
          WordTrainer trainer(corpus, training);
          while (!trainer.done()) trainer.advance();
          trainer.require_convergence();
        };
        // Whether it diverges at all depends on the kind; what is left is finite then.
        try {
          train();
        } catch (const ArgumentError& error) {
          EXPECT_THAT(error.what(),
                      testing::AllOf(testing::HasSubstr("has diverged after "), testing::HasSubstr("of 20 epochs"),
                                     testing::HasSubstr("lower `learning_rate`, which is 1")));
        }
        training.learning_rate.reset();
        EXPECT_NO_THROW(train());
      }
    }
  }
  WordTraining training = small_training();
  training.sample = 0;
  training.learning_rate = 1;
  WordTrainer trainer(corpus, training);
  EXPECT_THROW(
      {
        while (!trainer.done()) trainer.advance();
        trainer.require_convergence();
      },
      ArgumentError);
}

TEST(WordTrainer, DoesNotGoOnFromLostVectors) {
  const Corpus corpus = corpus_of(toy_text(50));
  const WordTraining training = small_training();
  WordTrainer trainer(corpus, training);
  Matrices lost = trainer.matrices().copy();
  lost.outputs.row(3)[7] = std::numeric_limits<float>::infinity();
  trainer.resume({}, std::move(lost));
  EXPECT_THROW(trainer.require_convergence(), ArgumentError);
}

TEST(WordTrainer, ALossThatWasNotMeasuredIsNone) {
  const Corpus few = corpus_of("a b c a b\n");
  WordTraining training = small_training();
  training.sample = 0;
  WordTrainer trainer(few, training);
  while (!trainer.done()) trainer.advance();
  EXPECT_GT(trainer.state().tally.positive_pairs, 0u);
  EXPECT_FALSE(trainer.state().tally.mean_loss());
}

}  // namespace
}  // namespace mana::word2vec
