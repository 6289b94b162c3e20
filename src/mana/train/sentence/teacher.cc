#include "mana/train/sentence/teacher.h"

#include <utility>

namespace mana::train {

void take_teacher_vectors(TokenRows& rows, data::TrainingRowReader texts, const engine::Encoder& teacher,
                          const std::function<void(std::size_t rows)>& done, std::stop_token stop) {
  data::TrainingRow row;
  std::size_t column = 0;
  const auto next_text = [&](std::string& text) {
    if (column == row.texts.size()) {
      if (!texts.next(row)) return false;
      column = 0;
    }
    text = row.texts[column++];
    return true;
  };
  const auto take = [&](std::size_t first, std::span<const std::string> embedded, const engine::Embeddings& vectors) {
    rows.label_values.insert(rows.label_values.end(), vectors.values.begin(), vectors.values.end());
    done((first + embedded.size()) / rows.facts.texts);
  };
  teacher.stream(next_text, take, std::move(stop));
  rows.labels = rows.label_values.size() / rows.rows();
}

}  // namespace mana::train
