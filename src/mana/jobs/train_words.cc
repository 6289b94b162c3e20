#include "mana/jobs/train_words.h"

#include <fmt/format.h>

#include <chrono>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/output_lock.h"
#include "mana/jobs/input_sizes.h"
#include "mana/jobs/option_error.h"
#include "mana/jobs/word_files.h"
#include "mana/word2vec/checkpoint.h"
#include "mana/word2vec/word_trainer.h"

namespace mana::jobs {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

word2vec::Corpus read(const TrainWordsOptions& options, const StageEvent& stage, const std::stop_token& stop) {
  const std::optional<std::uint64_t> total = total_bytes(options.inputs);
  return {options.inputs, options.corpus,
          [&](std::uint64_t bytes) {
            stage({"reading", "bytes", bytes, total});
          },
          stop};
}

/// One training with its checkpoints.
class WordTrainingRun {
 public:
  WordTrainingRun(const TrainWordsOptions& options, const word2vec::Corpus& corpus)
      : options_(options),
        corpus_(corpus),
        trainer_(corpus, options.training),
        job_(word2vec::describe_job(corpus, options.training)) {
    if (options.resume && file_exists(options.checkpoint())) {
      word2vec::resume_from_checkpoint(options.checkpoint(), trainer_, job_);
    }
    resumed_words_ = trainer_.state().tally.words;
  }

  /// Throws Cancelled once the checkpoint is written.
  void train(const TrainWordsEvents& events, const std::stop_token& stop) {
    events.began(resumed_words_, trainer_.total_words());
    const Clock::time_point begin = Clock::now();
    Clock::time_point kept = begin;
    double loss = 0;
    std::uint64_t pairs = 0;
    while (!trainer_.done()) {
      trainer_.advance();
      const word2vec::TrainingTally& tally = trainer_.state().tally;
      std::optional<double> mean;
      if (tally.loss_pairs > pairs) {
        mean = (tally.loss - loss) / static_cast<double>(tally.loss_pairs - pairs);
        loss = tally.loss;
        pairs = tally.loss_pairs;
      }
      events.trained(tally.words, mean);
      const bool stopped = stop.stop_requested();
      if (!stopped && seconds_since(kept) < static_cast<double>(options_.checkpoint_seconds)) continue;
      trainer_.require_convergence();
      word2vec::write_checkpoint(options_.checkpoint(), trainer_, job_);
      kept = Clock::now();
      if (stopped) throw Cancelled("the training was cancelled");
    }
    trainer_.require_convergence();
    if (trainer_.state().tally.positive_pairs == 0) {
      throw ArgumentError(fmt::format(
          "nothing was learnt, since `sample` {} left no two words of any line; raise it, or give 0 to leave none out",
          options_.training.sample));
    }
    seconds_ = seconds_since(begin);
  }

  /// Where the output cannot be written, what was trained is kept if it can be, so that `resume` need only write.
  void write(const TrainWordsEvents& events) const {
    try {
      write_trained_words(options_, corpus_, trainer_);
    } catch (const IoError&) {
      try {
        word2vec::write_checkpoint(options_.checkpoint(), trainer_, job_);
      } catch (const IoError& error) {  // the checkpoint before it stays
        events.checkpoint_failed(error.what());
      }
      throw;
    }
    std::error_code ignored;
    std::filesystem::remove(options_.checkpoint(), ignored);
  }

  TrainWordsResult result() const {
    TrainWordsResult result;
    result.vocabulary = corpus_.vocabulary().size();
    result.words_read = corpus_.words_read();
    result.words_of_vocabulary = corpus_.words();
    const word2vec::TrainingTally& tally = trainer_.state().tally;
    result.words_trained = tally.trained_words;
    result.positive_pairs = tally.positive_pairs;
    result.negative_pairs = tally.negative_pairs;
    result.loss = tally.mean_loss();
    result.seconds = seconds_;
    result.notes = corpus_.notes();
    const std::uint64_t words = tally.words - resumed_words_;
    if (words > 0 && seconds_ > 0) result.words_per_second = static_cast<double>(words) / seconds_;
    return result;
  }

 private:
  const TrainWordsOptions& options_;
  const word2vec::Corpus& corpus_;
  word2vec::WordTrainer trainer_;
  std::string job_;
  double seconds_ = 0;
  std::uint64_t resumed_words_ = 0;
};

}  // namespace

void check(const TrainWordsOptions& options) {
  using Split = text::WordSegmentation::Split;
  const text::WordSegmentation& segmentation = options.corpus.segmentation;
  if (options.inputs.empty()) {
    throw OptionError("`inputs` is missing: the text to train on, - for standard input");
  }
  if (segmentation.split == Split::spaces && segmentation.persian) {
    throw OptionError("`split` spaces takes words as they are, and `persian` rewrites them; leave one of the two out");
  }
  if (segmentation.split == Split::spaces && options.corpus.phrase_passes > 0 &&
      word_form_of(options.output) == WordForm::folder) {
    throw OptionError(
        "`phrase_passes` with `split` spaces cannot be met again in texts by a folder; write a file (.vec, .bin), or "
        "leave "
        "one of the two out");
  }
  try {
    word2vec::check(options.training);
  } catch (const ArgumentError& error) {
    throw OptionError(error.what());
  }
}

TrainWordsResult train_words(const TrainWordsOptions& options, const TrainWordsEvents& events,
                             const std::stop_token& stop) {
  check(options);
  const OutputLock lock(options.output);  // before the checkpoint of another run could be read, replaced or removed
  word2vec::require_own_checkpoint(options.checkpoint());
  const word2vec::Corpus corpus = read(options, events.stage, stop);
  WordTrainingRun run(options, corpus);
  events.read(corpus);
  run.train(events, stop);
  run.write(events);
  return run.result();
}

}  // namespace mana::jobs
