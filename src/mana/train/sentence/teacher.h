#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "mana/data/training_rows.h"
#include "mana/engine/encoder.h"
#include "mana/train/sentence/token_rows.h"

namespace mana::train {

/// The vectors of a teacher as the labels of the rows (losses/distillation.h), one for each text. `texts` reads the
/// rows once more, from the beginning; `done` is told how many have their vectors. Throws as the reader and
/// engine::Encoder::stream().
void take_teacher_vectors(TokenRows& rows, data::TrainingRowReader texts, const engine::Encoder& teacher,
                          const std::function<void(std::size_t rows)>& done, std::stop_token stop);

}  // namespace mana::train
