#include "mana/train/sentence/teacher.h"

#include <gtest/gtest.h>

#include <fstream>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/train/sentence/loss.h"
#include "tests/support/source_path.h"

namespace mana::train {
namespace {

class TeacherTest : public testing::Test {
 protected:
  static constexpr std::size_t kRows = 1500;  // more texts than are embedded at a time

  TeacherTest() {
    std::ofstream file(folder_ / "rows.tsv");
    file << "q\ta\n";
    for (std::size_t row = 0; row < kRows; ++row) file << "the cat " << row % 97 << "\tsat on " << row % 89 << '\n';
  }

  engine::Encoder teacher_{fixture_path("sentence_models/mean"), {.threads = 2}};
  TemporaryFolder folder_;
};

TEST_F(TeacherTest, GivesEachTextItsVectorRowAfterRow) {
  Classes classes;
  TokenRows rows = read_token_rows(folder_ / "rows.tsv", {}, loss_data("mse"), teacher_, classes);
  std::vector<std::size_t> done;
  take_teacher_vectors(rows, data::TrainingRowReader(folder_ / "rows.tsv", {}), teacher_,
                       [&](std::size_t all) { done.push_back(all); }, {});
  EXPECT_EQ(rows.labels, 2 * teacher_.dimensions());
  ASSERT_EQ(rows.label_values.size(), kRows * rows.labels);
  EXPECT_TRUE(std::ranges::is_sorted(done));
  EXPECT_EQ(done.back(), kRows);
  for (const std::size_t row : {std::size_t{0}, std::size_t{700}, kRows - 1}) {
    const std::vector<float> question = teacher_.embed("the cat " + std::to_string(row % 97));
    const std::vector<float> answer = teacher_.embed("sat on " + std::to_string(row % 89));
    const std::span<const float> labels = std::span(rows.label_values).subspan(row * rows.labels, rows.labels);
    EXPECT_TRUE(std::ranges::equal(labels.first(question.size()), question)) << row;
    EXPECT_TRUE(std::ranges::equal(labels.subspan(question.size()), answer)) << row;
  }
}

TEST_F(TeacherTest, CanBeCancelled) {
  Classes classes;
  TokenRows rows = read_token_rows(folder_ / "rows.tsv", {}, loss_data("mse"), teacher_, classes);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(
      take_teacher_vectors(
          rows, data::TrainingRowReader(folder_ / "rows.tsv", {}), teacher_, [](std::size_t) {}, stop.get_token()),
      Cancelled);
}

}  // namespace
}  // namespace mana::train
