#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "mana/cli/shell/options.h"
#include "mana/jobs/training_course.h"

namespace mana::cli {

/// The numbers that every training takes: batches of a step, say; shares.
inline constexpr Range kAboveZero{.least = 1, .wanted = "a whole number above 0"};
inline constexpr Range kShare{.least = 0, .below = 1};

using NamedSchedules = std::initializer_list<std::pair<std::string, train::ScheduleShape>>;

/// The course of a training on the command line, in three parts, between which a training may have more of its own: how
/// long it is and at which rates; dropout; Adam and what else decides a step. `batch_tokens`, `attention` and `seed`:
/// what the help says of these.
void describe_rates(Options& options, jobs::TrainingCourse& course, const std::string& batch_tokens,
                    NamedSchedules schedules);
void describe_dropout(Options& options, jobs::TrainingCourse& course, const std::string& attention);
void describe_updates(Options& options, jobs::TrainingCourse& course, const std::string& seed);

}  // namespace mana::cli
