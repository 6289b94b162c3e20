#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace mana::train {

/// What stands beside the texts of a row, in the Labels of a batch.
enum class Label : std::uint8_t {
  none,      ///< nothing
  score,     ///< k = 1: a number, how similar the texts are
  binary,    ///< k = 1: 1 where the texts mean the same, else 0
  category,  ///< a class
  vector,    ///< the vector of a teacher that all texts of the row are to have, or one for each text, side by side
  margins,   ///< for each negative: the teacher's score of the positive less its own; or the scores, the positive's
             ///< first
};

/// What data a loss takes.
struct LossData {
  static constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

  std::size_t least_texts = 2;  ///< columns of text
  std::size_t most_texts = 2;   ///< kAny: no limit
  Label label = Label::none;
  double least_score = -std::numeric_limits<double>::infinity();  ///< range of Label::score
  double greatest_score = std::numeric_limits<double>::infinity();
  bool twice = false;         ///< the one text is embedded twice, with two dropout masks, as if it were two columns
  bool negatives = false;     ///< the other rows serve as negatives: texts that repeat within a batch do harm
  bool several_rows = false;  ///< a batch of one row teaches nothing
  bool reconstructs = false;  ///< no function of vectors alone: texts are written again from them (denoising_task.h)
};

}  // namespace mana::train
