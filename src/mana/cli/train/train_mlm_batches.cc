#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/train/masked_options.h"
#include "mana/jobs/masked_training.h"

namespace mana::cli {
namespace {

/// The members of data::MaskedBatch, by their names; those that are empty are left out.
std::string json_line(const data::MaskedBatch& batch) {
  std::string line =
      fmt::format(R"({{"ids":[{}],"offsets":[{}],"chosen":[{}],"originals":[{}])", fmt::join(batch.ids, ","),
                  fmt::join(batch.offsets, ","), fmt::join(batch.chosen, ","), fmt::join(batch.originals, ","));
  if (!batch.type_ids.empty()) line += fmt::format(R"(,"type_ids":[{}])", fmt::join(batch.type_ids, ","));
  if (!batch.next.empty()) line += fmt::format(R"(,"next":[{}])", fmt::join(batch.next, ","));
  return line + "}\n";
}

/// Those that a run takes one after the other.
train::MaskedSource run_of(const jobs::TrainingCourse& course, const data::MaskedBatches& batches) {
  const std::size_t steps = batches.steps();
  return {
      course.max_steps > 0 ? course.max_steps * course.accumulate : course.epochs * steps,
      [&batches, steps](std::uint64_t, std::size_t number) { return batches.batch(number / steps, number % steps); }};
}

}  // namespace

int train_mlm_batches(Options& options) {
  MaskedTrainingChoice choice;
  auto side = data::CorpusSide::training;
  choice.describe(options, false);
  options.group("Output");
  options.choice("--side", "The batches to learn from, or those of an evaluation",
                 {std::pair{std::string("training"), data::CorpusSide::training},
                  std::pair{std::string("held-out"), data::CorpusSide::held_out}},
                 side);
  options.option("--validation-tokens", "N", "Tokens that an evaluation takes at most; 0: all",
                 choice.training.validation_tokens);
  if (!options.parse()) return 0;
  choice.settle(options);
  const bool held_out = side == data::CorpusSide::held_out;
  if (!held_out && options.given("--validation-tokens"))
    throw UsageError(
        "--validation-tokens belongs to --side held-out; for fewer batches to learn from give --max-steps");
  if (held_out && choice.training.held_out == 0)
    throw UsageError("--side held-out has no batches, for --held-out is 0");

  return run_interruptibly([&](const Interruption& interruption) {
    const TemporaryFolder tokens;
    const jobs::MaskedTraining training(choice.training, tokens / "corpus.tokens", false, {}, interruption.token());
    const train::MaskedSource source =
        held_out ? training.validation() : run_of(choice.training.course, training.batches());
    for (std::size_t number = 0; number < source.batches; ++number) {
      if (interruption.token().stop_requested()) throw Cancelled("the batches were cut off");
      print(json_line(source.batch(0, number)));
    }
    return 0;
  });
}

}  // namespace mana::cli
