#pragma once

#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "mana/base/xxh64.h"
#include "mana/train/training_run.h"

namespace mana::jobs {

/// What a training's job says of the run that it keeps: where, how often, and what makes another run the same one. The
/// weights and scores that are kept are those of its evaluations, so how often these are belongs to its identity
/// (`evaluate_flag`: as the command line calls that). A run's length is told where it differs, and may do so.
template <class Job>
train::RunOptions kept_run(const Job& job, train::RunIdentity identity, std::string_view evaluate_flag) {
  identity.settings.push_back({std::string(evaluate_flag), std::to_string(job.evaluate_every)});
  identity.settings.push_back({"--keep-last", job.keep_last ? "yes" : "no"});
  if constexpr (requires { job.average_last; }) {
    identity.settings.push_back({"--average-last", std::to_string(job.average_last)});
  }
  std::string text;
  for (const train::RunSetting& each : identity.settings) text += fmt::format("{}={}|", each.name, each.value);
  identity.options = xxh64(std::as_bytes(std::span(text)));
  identity.settings.push_back({"--epochs", std::to_string(job.training.epochs)});
  identity.settings.push_back({"--max-steps", std::to_string(job.training.max_steps)});
  train::RunOptions run;
  run.output = job.output;
  run.identity = std::move(identity);
  run.resume = job.resume;
  run.extend = job.extend;
  run.evaluate_every = job.evaluate_every;
  run.save_every = job.save_every;
  run.save_minutes = job.save_minutes;
  run.patience = job.patience;
  run.keep_last = job.keep_last;
  if constexpr (requires { job.average_last; }) run.average_last = job.average_last;
  return run;
}

}  // namespace mana::jobs
