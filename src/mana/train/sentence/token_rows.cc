#include "mana/train/sentence/token_rows.h"

#include <fmt/format.h>

#include "mana/base/errors.h"
#include "mana/base/xxh64.h"

namespace mana::train {
namespace {

/// What a loss takes, in the words of the reader.
data::RowFormat format_for(const LossData& loss, data::RowFormat format) {
  format.least_texts = loss.least_texts;
  format.most_texts = loss.most_texts;
  const bool anchored = loss.label == Label::margins || (loss.label == Label::none && loss.most_texts > 2);
  format.order = anchored                                              ? data::TextOrder::anchored
                 : loss.most_texts == 2 && loss.label != Label::vector ? data::TextOrder::pair
                                                                       : data::TextOrder::any;
  format.binary = loss.label == Label::binary;
  format.several_labels = loss.label == Label::margins;
  switch (loss.label) {
    case Label::none:
    case Label::vector: format.label = data::RowLabel::none; break;
    case Label::category: format.label = data::RowLabel::category; break;
    case Label::score:
    case Label::margins:
      format.label = data::RowLabel::numbers;
      format.least = loss.least_score;
      format.greatest = loss.greatest_score;
      break;
    case Label::binary:
      format.label = data::RowLabel::numbers;
      format.least = 0;
      format.greatest = 1;
      break;
  }
  return format;
}

/// Texts that are tokenized together.
class Block {
 public:
  explicit Block(const engine::Encoder& encoder) : encoder_(encoder) {}

  void add(std::span<const std::string> texts) {
    texts_.insert(texts_.end(), texts.begin(), texts.end());
    for (const std::string& text : texts) bytes_ += text.size();
  }
  bool full() const { return texts_.size() >= kTexts || bytes_ >= kBytes; }

  /// Hands the tokens of all of them on to the rows.
  void move_to(TokenRows& rows) {
    const engine::TokenizedTexts tokenized = encoder_.tokenize(texts_);
    std::uint32_t next = 0;
    for (const engine::Piece& piece : tokenized.pieces) {
      if (piece.text != next) continue;  // not the first one of its text
      if (next % rows.facts.texts == 0) rows.facts.tokens.push_back(0);
      rows.facts.tokens.back() += static_cast<std::uint32_t>(piece.ids.size());
      rows.ids.insert(rows.ids.end(), piece.ids.begin(), piece.ids.end());
      encoder_.append_types(piece.ids.size(), rows.types);
      rows.begins.push_back(rows.ids.size());
      rows.facts.sums.push_back(xxh64(std::as_bytes(std::span(texts_[next]))));
      rows.truncated += tokenized.texts[next].truncated ? 1 : 0;
      ++next;
    }
    texts_.clear();
    bytes_ = 0;
  }

 private:
  static constexpr std::size_t kTexts = 8192, kBytes = std::size_t{16} << 20;

  const engine::Encoder& encoder_;
  std::vector<std::string> texts_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::int32_t Classes::number(std::string_view name) {
  const auto found = numbers.find(name);
  if (found != numbers.end()) return found->second;
  const auto next = static_cast<std::int32_t>(names.size());
  names.emplace_back(name);
  return numbers.emplace(names.back(), next).first->second;
}

TokenRows read_token_rows(const std::filesystem::path& path, data::RowFormat format, const LossData& loss,
                          const engine::Encoder& encoder, Classes& classes, std::stop_token stop) {
  const bool by_class = loss.label == Label::category;
  data::TrainingRowReader reader(path, format_for(loss, std::move(format)));
  TokenRows rows;
  rows.name = path.filename().string();
  rows.columns = reader.columns();
  rows.facts.texts = reader.texts().size();
  Block block(encoder);
  for (data::TrainingRow row; reader.next(row);) {
    if (stop.stop_requested()) throw Cancelled("the training was cancelled");
    if (block.full()) block.move_to(rows);
    block.add(row.texts);
    if (by_class) {
      rows.facts.classes.push_back(classes.number(row.category));
      rows.label_values.push_back(static_cast<float>(rows.facts.classes.back()));
    } else {
      for (const double number : row.numbers) rows.label_values.push_back(static_cast<float>(number));
    }
    rows.lines.push_back(static_cast<std::uint32_t>(row.line));
    ++rows.facts.rows;
  }
  block.move_to(rows);
  if (rows.rows() == 0) throw FormatError(fmt::format("{}: the file has no rows to train on", path.string()));
  rows.labels = rows.label_values.size() / rows.rows();
  rows.notes = reader.notes();
  return rows;
}

}  // namespace mana::train
