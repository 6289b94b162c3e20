#include "mana/eval/classification.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/team.h"
#include "mana/classify/class_numbers.h"
#include "mana/classify/logistic_regression.h"

namespace mana::eval {

ClassificationResult evaluate_classification(const engine::Encoder& encoder, const data::LabelledTexts& train,
                                             const data::LabelledTexts& test, const ClassificationProgress& progress,
                                             const std::stop_token& stop) {
  const classify::ClassNumbers numbers(train.labels);
  const std::size_t classes = numbers.size();
  if (classes < 2) {
    throw ArgumentError(fmt::format("the {} training texts have {} {}; at least 2 classes are needed to tell apart",
                                    train.size(), classes, classes == 1 ? "class" : "classes"));
  }
  if (test.size() == 0) throw ArgumentError("there are no test texts to classify");
  const std::vector<std::uint32_t> train_classes = numbers.of(train.labels);
  const std::vector<std::uint32_t> test_classes = numbers.of(test.labels);

  const engine::Embeddings train_rows = embed_texts(encoder, train.texts, progress.texts, stop);
  const auto test_progress = [&](std::size_t texts) {
    if (progress.texts) progress.texts(train.size() + texts);
  };
  const engine::Embeddings test_rows = embed_texts(encoder, test.texts, test_progress, stop);

  Team team(encoder.threads());
  const auto model = classify::LogisticRegression::fit({train_rows.values, train_rows.dimensions, train_classes},
                                                       classes, team, {.progress = progress.fitting}, stop);
  std::vector<std::uint32_t> predicted;
  predicted.reserve(test_rows.size());
  for (std::size_t row = 0; row < test_rows.size(); ++row) predicted.push_back(model.predict(test_rows[row]));
  const auto unseen = std::ranges::count_if(test_classes, [&](std::uint32_t each) { return each >= classes; });
  return {.scores = classification_scores(test_classes, predicted),
          .names = numbers.names_of(test.labels),
          .train = train.size(),
          .test = test.size(),
          .classes = classes,
          .unseen = static_cast<std::size_t>(unseen),
          .truncated = truncated_texts(train_rows) + truncated_texts(test_rows),
          .iterations = model.iterations(),
          .converged = model.converged()};
}

}  // namespace mana::eval
