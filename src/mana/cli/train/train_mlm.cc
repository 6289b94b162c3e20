#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "mana/base/processors.h"
#include "mana/cli/bench/peak_measurement.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/stage_progress.h"
#include "mana/cli/shell/text_input.h"
#include "mana/cli/train/masked_options.h"
#include "mana/cli/train/step_telling.h"

namespace mana::cli {
namespace {

/// What a token of a step takes of the processor, forward and backward, in its products: 6 for each weight of the
/// layers; the head's, a share of the tokens, once more for the logits that are made again.
double arithmetic_of_token(const jobs::MaskedTraining& training, double mask_rate) {
  const models::MaskedModelConfig& config = training.model.config();
  const auto layers = static_cast<double>(config.facts().layer_weights);
  const auto transform = static_cast<double>(config.model * config.model);
  const auto words = static_cast<double>(config.model * config.vocabulary);
  return 6 * layers + mask_rate * (6 * transform + 8 * words);
}

/// Shows the steps of a run, and tells what comes between them.
class MaskedTelling {
 public:
  MaskedTelling(const Options& options, const MaskedChoice& choice)
      : quiet_(options.quiet()),
        choice_(choice),
        stages_(options.terminal()),
        steps_(options.terminal(), options.quiet()) {}

  jobs::TrainMaskedEvents events() {
    jobs::TrainMaskedEvents events;
    events.preparing.stage = stages_.event();
    events.preparing.tokenized = [this](const data::TokenizedCorpus& corpus) { tell_corpus(corpus); };
    events.prepared = [this](const jobs::MaskedTraining& training, const train::Trainer& trainer) {
      stages_.wipe();
      tell_training(training);
      steps_.prepared(trainer, training.weights, choice_.job.kept.output, choice_.keeping.resume.wanted(),
                      work_of(training));
    };
    events.run = steps_.events();
    events.evaluated = [this](std::uint64_t step, double loss, bool best, const std::vector<train::Measure>& measures) {
      steps_.evaluated(step, "validation loss", loss, best, measures);
    };
    return events;
  }

 private:
  void tell_corpus(const data::TokenizedCorpus& corpus) {
    stages_.wipe();
    for (const data::ReadingNotes& notes : corpus.notes) note_mistakes(notes, quiet_);
    if (quiet_) return;
    if (!corpus.reason.empty()) note(corpus.reason);
    note(fmt::format("{}: {} tokens, {} sentences, {} documents", corpus.file.path().string(), corpus.file.tokens(),
                     corpus.file.sentences(), corpus.file.documents()));
  }

  void tell_training(const jobs::MaskedTraining& training) const {
    if (quiet_) return;
    if (!training.model.drawn().empty()) {
      note(fmt::format("{} has no {} and {} more tensors of the heads; they begin anew",
                       choice_.job.training.model.string(), training.model.drawn().front(),
                       training.model.drawn().size() - 1));
    }
    if (const std::uint64_t left_out = training.batches().tokens_left_out(); left_out > 0) {
      note(
          fmt::format("{} tokens are of documents of one sentence, which has no next one, and are left out", left_out));
    }
    if (training.held_out() == nullptr) return;
    note(fmt::format("{} documents of {} tokens are held out", training.held_out()->documents(),
                     training.held_out()->tokens()));
  }

  StepWork work_of(const jobs::MaskedTraining& training) const {
    StepWork work{.of_token = arithmetic_of_token(training, choice_.job.training.masks.rate)};
    const kernels::Table& table = training.model.kernels();
    if (quiet_ || table.isa == kernels::Isa::portable) return work;
    Team team(thread_count(choice_.job.training.course.threads));
    work.peak = measure_peak(table.isa, table.precision, team, 1).best;
    return work;
  }

  bool quiet_;
  const MaskedChoice& choice_;
  StageProgress stages_;
  StepTelling steps_;
};

void report(const jobs::TrainMaskedResult& result, const MaskedChoice& choice) {
  const train::RunResult& run = result.finished.run;
  nlohmann::ordered_json object = {{"output", choice.job.kept.output.string()},
                                   {"steps", run.steps},
                                   {"seconds", result.finished.seconds},
                                   {"tokens", result.tokens},
                                   {"weights", result.weights}};
  add_scores(run, object);
  if (result.scores) {
    constexpr double kPercent = 100;
    object["masked_accuracy"] = kPercent * result.scores->accuracy;
    if (result.scores->next_accuracy) object["next_accuracy"] = kPercent * *result.scores->next_accuracy;
  }
  add_end(run, object);
  print_report(object, choice.keeping.json, {.width = 16, .nothing = "no number"});
}

}  // namespace

int train_mlm(Options& options) {
  MaskedChoice choice;
  choice.describe(options);
  if (!options.parse()) return 0;
  choice.settle(options);
  jobs::TrainMaskedResult result;
  const auto train = [&](const std::stop_token& stop) -> const jobs::FinishedRun& {
    MaskedTelling telling(options, choice);
    result = jobs::train_masked(choice.job, telling.events(), stop);
    return result.finished;
  };
  return train_interruptibly(
      options, choice.keeping, train, [&] { report(result, choice); },
      "mana: interrupted before the first step; nothing was written but the corpus's tokens");
}

}  // namespace mana::cli
