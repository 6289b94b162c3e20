// A run that is interrupted and goes on comes to the same bits as one that is not; what is kept is what was promised.
#include "mana/train/training_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/partial_file.h"
#include "mana/base/temporary_folder.h"
#include "mana/train/run_lock.h"
#include "mana/train/sentence/sentence_task.h"
#include "mana/train/sentence/small_training.h"

namespace mana::train {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr std::uint64_t kSteps = 8, kEvery = 2;

struct Outcome {
  RunResult result;
  std::vector<float> weights;
  std::vector<std::vector<float>> evaluated;  // the weights after each evaluation
};

class TrainingRun : public testing::Test {
 protected:
  TrainingRun() {
    sentences_.batches.batch = 4;
    training_.max_steps = kSteps;
    training_.rate = 1e-3;
    run_.output = folder_ / "model";
    run_.identity = {.model = 1, .options = 2};
    run_.evaluate_every = kEvery;
  }

  /// A run with a model of its own, as of a process of its own. It is asked to stop after some step, if any; and
  /// `failing` is called after each step, to throw.
  Outcome run(std::optional<std::uint64_t> stop_after = {}, const std::function<void(std::uint64_t)>& failing = {}) {
    models::TrainableModel model = small_model();
    Loss loss = make_loss("mnr", {.dimensions = 32});
    SentenceTask task(model, std::span(&rows_, 1), loss, sentences_);
    Trainer trainer(task, training_);
    std::optional<Evaluation> evaluation;
    if (!scores_.empty()) {
      evaluation = Evaluation{"score",
                              [&] {
                                if (cancelled_) throw Cancelled("");
                                return scores_.at(trainer.steps() / kEvery);
                              },
                              lower_is_better_};
      if (lower_is_better_) {
        evaluation->measures = [&] {
          return std::vector<Measure>{{"twice", 2 * scores_.at(trainer.steps() / kEvery)}};
        };
      }
    }
    Outcome outcome;
    std::stop_source stop;
    RunEvents events;
    events.stepped = [&](const StepReport& report) {
      if (report.step == stop_after) stop.request_stop();
      if (failing) failing(report.step);
    };
    events.evaluated = [&](std::uint64_t, double, bool) { outcome.evaluated.push_back(weights_of(model)); };
    outcome.result = run_training(trainer, run_, evaluation, events, stop.get_token());
    outcome.weights = weights_of(model);
    return outcome;
  }

  Outcome resume() {
    run_.resume = true;
    return run();
  }

  std::vector<std::uint64_t> steps_of(const RunResult& result) const {
    std::vector<std::uint64_t> steps;
    for (const CurvePoint& point : result.curve.loss) steps.push_back(point.step);
    return steps;
  }

  void expect_resumes_the_same(std::uint64_t stop_after) {
    run_.resume = false;
    const Outcome whole = run();
    const Outcome half = run(stop_after);
    EXPECT_TRUE(half.result.interrupted);
    EXPECT_EQ(half.result.steps, stop_after);
    const Outcome resumed = resume();
    EXPECT_FALSE(resumed.result.interrupted);
    EXPECT_EQ(resumed.weights, whole.weights);
    EXPECT_EQ(resumed.result.log, whole.result.log);
    EXPECT_EQ(resumed.result.before, whole.result.before);
    EXPECT_EQ(resumed.result.after, whole.result.after);
    EXPECT_EQ(resumed.result.best_step, whole.result.best_step);
  }

  TemporaryFolder folder_;
  TokenRows rows_ = random_rows(13, 2);
  SentenceOptions sentences_;
  TrainerOptions training_;
  RunOptions run_;
  std::vector<double> scores_;  // before, after 2, 4, 6 and 8 steps
  bool cancelled_ = false;
  bool lower_is_better_ = false;
};

TEST_F(TrainingRun, ResumedAtAnyStepIsTheSameRun) {
  for (std::uint64_t step = 1; step < kSteps; ++step) expect_resumes_the_same(step);
}

TEST_F(TrainingRun, ResumedKeepsTheBestThatItHad) {
  scores_ = {1, 2, 5, 4, 3};
  for (const std::uint64_t step : {1, 4, 5, 7}) expect_resumes_the_same(step);
}

TEST_F(TrainingRun, ResumedIsTheSameWithEveryWayOfUpdating) {
  scores_ = {1, 2, 5, 4, 6};
  training_.average = 0.9;
  expect_resumes_the_same(5);
  training_.untouched = UntouchedRows::keep;
  training_.rule = Sgd{.decay = 0.1};
  training_.accumulate = 2;
  expect_resumes_the_same(3);
  training_.threads = 2;
  expect_resumes_the_same(4);
}

TEST_F(TrainingRun, KeepsTheBestWeights) {
  scores_ = {9, 2, 5, 4, 5};
  const Outcome outcome = run();
  EXPECT_EQ(outcome.result.best_step, 4U);
  EXPECT_EQ(outcome.result.before, 9);
  EXPECT_EQ(outcome.result.after, 5);
  EXPECT_EQ(outcome.weights, outcome.evaluated[1]);
  EXPECT_NE(outcome.weights, outcome.evaluated[3]);
  EXPECT_EQ(outcome.result.curve.scores.size(), 5U);
  EXPECT_EQ(outcome.result.curve.best, 4U);
}

TEST_F(TrainingRun, KeepsTheLastWeightsByChoice) {
  scores_ = {1, 2, 5, 4, 3};
  run_.keep_last = true;
  run_.save_every = kSteps;
  const Outcome outcome = run();
  EXPECT_EQ(outcome.weights, outcome.evaluated[3]);
  EXPECT_EQ(outcome.result.after, 3);
  // The process ended after the last checkpoint, before the model was saved.
  const Outcome resumed = resume();
  EXPECT_EQ(resumed.weights, outcome.weights);
  EXPECT_EQ(resumed.result.after, 3);
  EXPECT_EQ(resumed.result.log, outcome.result.log);
}

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

TEST_F(TrainingRun, ScoresThatAreNoNumberAreWorseThanAny) {
  scores_ = {kNone, kNone, -5, kNone, -7};
  const Outcome outcome = run();
  EXPECT_EQ(outcome.result.before, std::nullopt);
  EXPECT_EQ(outcome.result.after, -5);
  EXPECT_EQ(outcome.result.best_step, 4U);
  EXPECT_EQ(outcome.weights, outcome.evaluated[1]);
  EXPECT_EQ(outcome.result.curve.scores.size(), 2U);
  EXPECT_THAT(outcome.result.log, HasSubstr("{\"step\":2,\"score\":null}\n"));
  for (const std::uint64_t step : {1, 2, 3, 5}) expect_resumes_the_same(step);
}

TEST_F(TrainingRun, WithoutAnyScoreTheLastWeightsAreKept) {
  scores_ = {kNone, kNone, kNone, kNone, kNone};
  const Outcome outcome = run();
  EXPECT_EQ(outcome.result.after, std::nullopt);
  EXPECT_EQ(outcome.result.best_step, std::nullopt);
  EXPECT_EQ(outcome.weights, outcome.evaluated[3]);
  run_.patience = 2;
  EXPECT_TRUE(run().result.stopped_early);
}

TEST_F(TrainingRun, KeepsNoWeightsThatAreNoNumbers) {
  training_.rule = Sgd{};
  training_.clip = 0;
  training_.warmup = 0;
  training_.schedule = ScheduleShape::constant;
  run_.save_every = 1;
  run(2);
  const std::string good = read_file(checkpoint_path(run_.output));
  run_.resume = true;
  training_.rate = 1e60;  // of which a checkpoint that was made by hand here does not know
  EXPECT_THROW(run(), Error);
  EXPECT_TRUE(read_file(checkpoint_path(run_.output)) == good);
  training_.max_steps = 3;
  run_.save_every = 0;
  run_.extend = true;
  EXPECT_THAT([&] { run(); }, ThrowsMessage<Error>(HasSubstr("the weights after step 3 are no finite numbers")));
  EXPECT_TRUE(read_file(checkpoint_path(run_.output)) == good);
}

TEST_F(TrainingRun, GoesOnLongerToTheSameBitsWhereRatesDoNotDependOnIt) {
  training_.schedule = ScheduleShape::constant;
  training_.warmup = 2;
  run_.save_every = kSteps;
  run();
  training_.max_steps = 2 * kSteps;
  const Outcome longer = resume();
  EXPECT_EQ(longer.result.steps, 2 * kSteps);
  run_.resume = false;
  const Outcome whole = run();
  EXPECT_EQ(longer.weights, whole.weights);
  EXPECT_EQ(longer.result.log, whole.result.log);
}

TEST_F(TrainingRun, GoesOnLongerAtOtherRatesOnlyIfThatIsWanted) {
  run(5);
  training_.max_steps = kSteps + 4;
  EXPECT_THAT([&] { resume(); }, ThrowsMessage<ArgumentError>(HasSubstr("is of a run of 8 steps, not 12")));
  run_.extend = true;
  EXPECT_EQ(resume().result.steps, kSteps + 4);
  training_.max_steps = 2;
  EXPECT_THAT([&] { resume(); }, ThrowsMessage<ArgumentError>(HasSubstr("steps have been made already")));
}

TEST_F(TrainingRun, StopsWhereNothingGetsBetter) {
  scores_ = {9, 5, 4, 3, 8};
  run_.patience = 2;
  const Outcome outcome = run();
  EXPECT_TRUE(outcome.result.stopped_early);
  EXPECT_EQ(outcome.result.steps, 6U);
  EXPECT_EQ(outcome.result.best_step, 2U);
  EXPECT_EQ(outcome.weights, outcome.evaluated[0]);
  // Patience that was used up before an interruption is not given back.
  run(5);
  EXPECT_EQ(resume().result.steps, 6U);
}

TEST_F(TrainingRun, EvaluatesAfterEachEpochWhereNothingElseIsAsked) {
  run_.evaluate_every = 0;  // 13 rows in batches of 4, and one row that is left over: 3 steps an epoch
  scores_ = {1, 2, 0, 5, 4};
  std::vector<std::uint64_t> steps;
  for (const CurvePoint& point : run().result.curve.scores) steps.push_back(point.step);
  EXPECT_THAT(steps, ElementsAre(0, 3, 6, 8));
}

TEST_F(TrainingRun, LogsEachStepOnceAfterACrash) {
  run_.save_every = 3;
  scores_ = {1, 2, 5, 4, 3};
  const Outcome whole = run();
  EXPECT_THROW(run({},
                   [](std::uint64_t step) {
                     if (step == 5) throw std::runtime_error("the end");
                   }),
               std::runtime_error);
  const Outcome resumed = resume();
  EXPECT_THAT(steps_of(resumed.result), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_EQ(resumed.result.log, whole.result.log);
  EXPECT_EQ(resumed.weights, whole.weights);
}

TEST_F(TrainingRun, MakesUpForAnEvaluationThatWasCancelled) {
  scores_ = {1, 2, 5, 4, 3};
  const Outcome whole = run();
  run_.resume = false;
  const Outcome cancelled = run({}, [this](std::uint64_t step) { cancelled_ = step == 4; });
  EXPECT_TRUE(cancelled.result.interrupted);
  EXPECT_EQ(cancelled.result.steps, 4U);
  cancelled_ = false;
  const Outcome resumed = resume();
  EXPECT_EQ(resumed.weights, whole.weights);
  EXPECT_EQ(resumed.result.log, whole.result.log);
}

TEST_F(TrainingRun, CancelledBeforeItsFirstStepLeavesNothing) {
  scores_ = {1};
  cancelled_ = true;
  EXPECT_THROW(run(), Cancelled);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(TrainingRun, WithoutResumeStartsOver) {
  const Outcome whole = run();
  run(5);
  EXPECT_EQ(run().weights, whole.weights);
}

TEST_F(TrainingRun, ResumesWhereThereIsNothingFromTheStart) {
  const Outcome whole = run();
  EXPECT_EQ(resume().weights, whole.weights);
}

TEST_F(TrainingRun, RefusesTheCheckpointOfAnother) {
  run(3);
  run_.identity.options = 7;
  EXPECT_THAT([&] { resume(); }, ThrowsMessage<FormatError>(HasSubstr("other options or other data")));
  run_.identity = {.model = 7, .options = 2};
  EXPECT_THAT([&] { resume(); }, ThrowsMessage<FormatError>(HasSubstr("another model")));
}

TEST_F(TrainingRun, RefusesADamagedCheckpoint) {
  run(3);
  const std::filesystem::path path = checkpoint_path(run_.output);
  const std::string bytes = read_file(path);
  const auto put = [&](const std::string& other) { std::ofstream(path, std::ios::binary) << other; };
  put(bytes.substr(0, bytes.size() / 2));
  EXPECT_THROW(resume(), FormatError);
  std::string flipped = bytes;
  flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 4);
  put(flipped);
  EXPECT_THROW(resume(), FormatError);
  put("");
  EXPECT_THROW(resume(), FormatError);
  put(bytes);
  EXPECT_EQ(resume().result.steps, kSteps);
}

TEST_F(TrainingRun, LeavesACheckpointOfItsEnd) {
  const auto no_step = [](std::uint64_t step) { ADD_FAILURE() << "step " << step << " was made again"; };
  for (const std::size_t patience : {0, 2}) {
    scores_ = {9, 5, 4, 3, 2};
    run_.patience = patience;
    run_.resume = false;
    const Outcome whole = run();
    run_.resume = true;
    const Outcome again = run({}, no_step);  // as if the model could not be saved
    EXPECT_TRUE(again.evaluated.empty());
    EXPECT_EQ(again.weights, whole.weights);
    EXPECT_EQ(again.result.log, whole.result.log);
    EXPECT_EQ(again.result.steps, patience == 0 ? kSteps : 6);
    EXPECT_EQ(again.result.after, 5);
    EXPECT_EQ(again.result.stopped_early, whole.result.stopped_early);
  }
}

TEST_F(TrainingRun, EndsWithoutACheckpointWhereThereIsNoRoomForOne) {
  const Outcome whole = run();
  std::filesystem::remove(checkpoint_path(run_.output));
  std::filesystem::create_directory(checkpoint_path(run_.output));
  EXPECT_EQ(run().weights, whole.weights);
}

TEST_F(TrainingRun, RemovesWhatAKilledOneWasWriting) {
  const std::filesystem::path torn = folder_ / "model.checkpoint.17.0.mana.tmp",
                              other = folder_ / "model.checkpoint2.tmp";
  std::ofstream(torn) << "half";
  std::ofstream(other) << "not ours";
  run(3);
  EXPECT_FALSE(std::filesystem::exists(torn));
  EXPECT_TRUE(std::filesystem::exists(other));
}

TEST_F(TrainingRun, ADamagedLogCostsItsLinesAlone) {
  const Outcome whole = run();
  run(4);
  const std::filesystem::path log = PartialFile::name_of(log_path(run_.output));
  const std::string text = read_file(log);
  const std::size_t second = text.find('\n') + 1;
  for (const std::string& damaged : {text.substr(0, second) + "}" + text.substr(second + 1),  // a line
                                     text.substr(0, second + 5), std::string()}) {            // its end, all of it
    std::ofstream(log, std::ios::binary) << damaged;
    std::filesystem::copy_file(checkpoint_path(run_.output), folder_ / "kept",
                               std::filesystem::copy_options::overwrite_existing);
    const Outcome resumed = resume();
    EXPECT_EQ(resumed.weights, whole.weights);
    EXPECT_EQ(resumed.result.curve.loss.back().step, kSteps);
    std::filesystem::copy_file(folder_ / "kept", checkpoint_path(run_.output),
                               std::filesystem::copy_options::overwrite_existing);
  }
}

TEST_F(TrainingRun, TakesNoFileForACheckpointThatIsNone) {
  std::ofstream(checkpoint_path(run_.output)) << "mine";
  EXPECT_THROW(run(), ArgumentError);
  EXPECT_EQ(read_file(checkpoint_path(run_.output)), "mine");
}

std::vector<float> mean_of(std::span<const std::vector<float>> all) {
  std::vector<float> mean;
  for (std::size_t i = 0; i < all.front().size(); ++i) {
    double sum = 0;
    for (const std::vector<float>& each : all) sum += double{each[i]};
    mean.push_back(static_cast<float>(sum / static_cast<double>(all.size())));
  }
  return mean;
}

TEST_F(TrainingRun, AveragesTheLastWeightsThatWereEvaluated) {
  scores_ = {9, 2, 5, 4, 3};
  run_.average_last = 3;
  const Outcome outcome = run();
  EXPECT_EQ(outcome.weights, mean_of(std::span(outcome.evaluated).last(3)));
  EXPECT_NE(outcome.weights, outcome.evaluated[3]);
  EXPECT_EQ(outcome.result.after, 3);
  EXPECT_EQ(outcome.result.best_step, std::nullopt);
  EXPECT_THAT(outcome.result.log, HasSubstr("{\"step\":8,\"averaged\":3,\"score\":3.0}\n"));
  EXPECT_EQ(outcome.result.curve.scores.size(), 5U);
  scores_.clear();  // nothing to evaluate: the same steps
  EXPECT_EQ(run().weights, outcome.weights);
  run_.average_last = 9;  // more than there are
  EXPECT_EQ(run().weights, mean_of(outcome.evaluated));
}

TEST_F(TrainingRun, ResumedAveragesTheSame) {
  run_.average_last = 2;
  for (const bool scored : {true, false}) {
    if (!scored)
      scores_.clear();
    else
      scores_ = {1, 2, 5, 4, 3};
    for (std::uint64_t step = 1; step < kSteps; ++step) expect_resumes_the_same(step);
  }
  training_.average = 0.9;
  for (const std::uint64_t step : {3, 6}) expect_resumes_the_same(step);
}

TEST_F(TrainingRun, AveragesTheSameAfterACrash) {
  run_.average_last = 2;
  const Outcome whole = run();
  run_.save_every = 3;
  for (const std::uint64_t last : {4, 5, 7}) {  // the weights of step 6 and of 2, which are old by then, are needed
    run_.resume = false;
    EXPECT_THROW(run({},
                     [&](std::uint64_t step) {
                       if (step == last) throw std::runtime_error("the end");
                     }),
                 std::runtime_error);
    EXPECT_EQ(resume().weights, whole.weights);
  }
  const Outcome again = resume();  // as if the model could not be saved
  EXPECT_EQ(again.weights, whole.weights);
  EXPECT_EQ(again.result.log, whole.result.log);
}

TEST_F(TrainingRun, ScoresMayBeBetterWhereTheyAreLower) {
  scores_ = {9, 4, 2, 3, 5};
  lower_is_better_ = true;
  const Outcome outcome = run();
  EXPECT_EQ(outcome.result.best_step, 4U);
  EXPECT_EQ(outcome.result.after, 2);
  EXPECT_THAT(outcome.result.log, HasSubstr("{\"step\":4,\"score\":2.0,\"twice\":4.0}\n"));
  run_.patience = 2;
  EXPECT_EQ(run().result.steps, 8U);
  EXPECT_TRUE(run().result.best_step == 4U);
}

TEST_F(TrainingRun, LeavesNothingOnceItsFilesAreRemoved) {
  scores_ = {1, 2, 5, 4, 3};
  run_.save_every = 2;
  run_.average_last = 2;
  run();
  EXPECT_FALSE(std::filesystem::is_empty(folder_.path()));
  remove_run_files(run_.output);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

}  // namespace
}  // namespace mana::train
