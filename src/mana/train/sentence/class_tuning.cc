#include "mana/train/sentence/class_tuning.h"

#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/xxh64.h"
#include "mana/train/sentence/loss.h"
#include "mana/train/sentence/sentence_task.h"

namespace mana::train {
namespace {

void go_on(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Cancelled("the training was cancelled");
}

}  // namespace

TokenRows rows_of_pairs(std::span<const std::string> texts, std::span<const data::ClassPair> pairs,
                        const engine::Encoder& encoder, std::stop_token stop) {
  go_on(stop);
  TokenRows rows;
  const engine::TokenizedTexts tokenized = encoder.tokenize(texts, stop);
  std::vector<std::span<const text::TokenId>> tokens;
  std::vector<std::uint64_t> sums;
  for (const engine::Piece& piece : tokenized.pieces) {
    if (piece.text == tokens.size()) tokens.push_back(piece.ids);  // the first one of a text
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    rows.truncated += tokenized.texts[i].truncated ? 1 : 0;
    sums.push_back(xxh64(std::as_bytes(std::span(texts[i]))));
  }
  rows.name = "the pairs";
  rows.facts.rows = pairs.size();
  rows.facts.texts = 2;
  rows.labels = 1;
  for (const data::ClassPair& pair : pairs) {
    for (const std::uint32_t text : {pair.first, pair.second}) {
      rows.ids.insert(rows.ids.end(), tokens[text].begin(), tokens[text].end());
      encoder.append_types(tokens[text].size(), rows.types);
      rows.begins.push_back(rows.ids.size());
      rows.facts.sums.push_back(sums[text]);
    }
    rows.facts.tokens.push_back(static_cast<std::uint32_t>(tokens[pair.first].size() + tokens[pair.second].size()));
    rows.label_values.push_back(pair.alike ? 1.0f : 0.0f);
    rows.lines.push_back(static_cast<std::uint32_t>(rows.lines.size() + 1));
  }
  return rows;
}

std::size_t tune_to_classes(models::TrainableModel& model, const engine::Encoder& encoder,
                            std::span<const std::string> texts, std::span<const std::uint32_t> classes,
                            const ClassTuning& tuning, const TuningProgress& progress, std::stop_token stop) {
  const TokenRows rows = rows_of_pairs(texts, data::class_pairs(classes, tuning.rounds, tuning.seed), encoder, stop);
  Loss loss = make_loss("cosine", {.dimensions = encoder.dimensions()});
  SentenceTask task(
      model, std::span(&rows, 1), loss,
      {.batches = {.batch = tuning.batch}, .prompt_tokens = encoder.prompt_tokens(), .seed = tuning.seed});
  Trainer trainer(task, {.epochs = tuning.epochs, .rate = tuning.rate, .threads = encoder.threads()});
  while (!trainer.done()) {
    go_on(stop);
    const StepReport report = trainer.step();
    if (progress) progress(report, trainer.total_steps());
  }
  trainer.settle();
  return rows.truncated;
}

}  // namespace mana::train
