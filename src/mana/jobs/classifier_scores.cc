#include "mana/jobs/classifier_scores.h"

#include <algorithm>
#include <cstdint>

#include "mana/base/errors.h"
#include "mana/classify/class_numbers.h"
#include "mana/classify/classifier.h"
#include "mana/eval/embed_texts.h"

namespace mana::jobs {

ClassifierScores score_classifier(const engine::Encoder& encoder, const formats::ClassifierHead& head,
                                  const data::LabelledTexts& texts, const StageEvent& stage,
                                  const std::stop_token& stop) {
  if (texts.size() == 0) throw ArgumentError("there are no texts to classify");
  const auto embedded = [&](std::size_t done) { stage({"embedding", "texts", done, texts.size()}); };
  const engine::Embeddings rows = eval::embed_texts(encoder, texts.texts, embedded, stop);
  const classify::ClassNumbers classes(head.config.classes);
  std::vector<std::uint32_t> predicted;  // by number; a head may have its classes in another order
  predicted.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::uint32_t best = classify::most_probable(classify::probabilities(head, rows[row]), 1).front();
    predicted.push_back(*classes.find(head.config.classes[best]));
  }
  const std::vector<std::uint32_t> truth = classes.of(texts.labels);
  const auto unseen = std::ranges::count_if(truth, [&](std::uint32_t each) { return each >= classes.size(); });
  return {.texts = texts.size(),
          .unseen = static_cast<std::size_t>(unseen),
          .truncated = eval::truncated_texts(rows),
          .learnt = classes.size(),
          .scores = eval::classification_scores(truth, predicted),
          .names = classes.names_of(texts.labels)};
}

}  // namespace mana::jobs
