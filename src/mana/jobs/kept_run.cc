#include "mana/jobs/kept_run.h"

#include <fmt/format.h>

#include <chrono>
#include <span>
#include <string>
#include <utility>

#include "mana/base/xxh64.h"

namespace mana::jobs {

train::RunOptions run_options(const KeptRun& kept, train::RunIdentity identity, const RunLength& length,
                              std::string_view evaluate_flag, std::optional<std::size_t> average_last) {
  identity.settings.push_back({std::string(evaluate_flag), std::to_string(kept.evaluate_every)});
  identity.settings.push_back({"--keep-last", kept.keep_last ? "yes" : "no"});
  if (average_last) identity.settings.push_back({"--average-last", std::to_string(*average_last)});
  std::string text;
  for (const train::RunSetting& each : identity.settings) text += fmt::format("{}={}|", each.name, each.value);
  identity.options = xxh64(std::as_bytes(std::span(text)));
  identity.settings.push_back({"--epochs", std::to_string(length.epochs)});
  identity.settings.push_back({"--max-steps", std::to_string(length.max_steps)});
  train::RunOptions run;
  run.output = kept.output;
  run.identity = std::move(identity);
  run.resume = kept.resume;
  run.extend = kept.extend;
  run.evaluate_every = kept.evaluate_every;
  run.save_every = kept.save_every;
  run.save_minutes = kept.save_minutes;
  run.patience = kept.patience;
  run.keep_last = kept.keep_last;
  run.average_last = average_last.value_or(0);
  return run;
}

FinishedRun finish_run(train::Trainer& trainer, const KeptRun& kept, const train::RunOptions& options,
                       const std::optional<train::Evaluation>& evaluation, train::RunEvents events,
                       const Evaluated& evaluated, const WriteModel& write, const std::stop_token& stop) {
  const auto begin = std::chrono::steady_clock::now();
  events.evaluated = [&, own = std::move(events.evaluated)](std::uint64_t step, double score, bool best) {
    if (own) own(step, score, best);
    evaluated(step, score, best, *evaluation);
  };
  FinishedRun finished;
  finished.run = train::run_training(trainer, options, evaluation, events, stop);
  finished.total_steps = trainer.total_steps();
  if (!finished.run.interrupted) {
    write(finished.run);
    if (!kept.keep_checkpoint) train::remove_run_files(kept.output);
  }
  finished.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return finished;
}

}  // namespace mana::jobs
