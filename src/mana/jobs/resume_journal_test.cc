#include "mana/jobs/resume_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"

namespace mana::jobs {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class ResumeJournalTest : public testing::Test {
 protected:
  std::filesystem::path output() const { return folder_ / "out.npy"; }
  std::filesystem::path journal() const { return folder_ / "out.npy.journal.partial"; }
  void files_have(std::size_t bytes, std::size_t sidecar_bytes) const {
    std::ofstream(folder_ / "out.npy.partial") << std::string(bytes, 'x');
    std::ofstream(folder_ / "out.npy.tokens.jsonl.partial") << std::string(sidecar_bytes, 'x');
  }

  const std::string job_ = R"({"model":"m","--isa":"avx2"})";
  TemporaryFolder folder_;
};

TEST_F(ResumeJournalTest, FindsTheLastStateThatTheFilesHold) {
  EXPECT_EQ(ResumeJournal::find(output(), job_), std::nullopt);
  {
    ResumeJournal writer(output(), job_, std::nullopt);
    writer.append({10, 100, 50, 0xfedcba9876543210});
    writer.append({20, 200, 100, 2});
    writer.append({30, 300, 150, 3});
  }
  files_have(1000, 1000);
  EXPECT_EQ(ResumeJournal::find(output(), job_)->state.rows, 30);
  files_have(299, 1000);
  EXPECT_EQ(ResumeJournal::find(output(), job_)->state.rows, 20);
  files_have(1000, 99);
  const auto found = ResumeJournal::find(output(), job_);
  EXPECT_EQ(found->state.rows, 10);
  EXPECT_EQ(found->state.bytes, 100);
  EXPECT_EQ(found->state.sidecar_bytes, 50);
  EXPECT_EQ(found->state.digest, 0xfedcba9876543210);
  files_have(0, 0);
  EXPECT_EQ(ResumeJournal::find(output(), job_), std::nullopt);
}

TEST_F(ResumeJournalTest, GoesOnWithTheJournalThatIsThere) {
  { ResumeJournal(output(), job_, std::nullopt).append({10, 100, 0, 1}); }
  std::ofstream(journal(), std::ios::app) << "{\"rows\":20,\"by";
  files_have(1000, 0);
  const auto found = ResumeJournal::find(output(), job_);
  ASSERT_EQ(found->state.rows, 10);
  { ResumeJournal(output(), job_, found).append({30, 300, 0, 3}); }
  EXPECT_EQ(ResumeJournal::find(output(), job_)->state.rows, 30);
  EXPECT_THAT(read_file(journal()), testing::Not(HasSubstr("\"rows\":20")));
}

TEST_F(ResumeJournalTest, SaysWhereThereIsNoneToGoOnWith) {
  EXPECT_THAT([&] { ResumeJournal::require(output()); },
              ThrowsMessage<ArgumentError>(HasSubstr("out.npy.journal.partial does not exist")));
  std::ofstream(output()) << "x";
  EXPECT_THAT([&] { ResumeJournal::require(output()); },
              ThrowsMessage<ArgumentError>(HasSubstr("out.npy is already complete")));
  for (const char* cut_off : {"", "{\"model\":"}) {
    std::ofstream(journal()) << cut_off;
    EXPECT_THAT(
        [&] { ResumeJournal::require(output()); },
        ThrowsMessage<ArgumentError>(HasSubstr("journal.partial was cut off before it said of which job it is")));
  }
  std::filesystem::remove(journal());
  { const ResumeJournal begun(output(), job_, std::nullopt); }
  EXPECT_NO_THROW(ResumeJournal::require(output()));
}

TEST_F(ResumeJournalTest, RefusesAnotherJobAndSaysWhy) {
  { ResumeJournal(output(), job_, std::nullopt).append({10, 100, 0, 1}); }
  files_have(1000, 0);
  EXPECT_THAT([&] { ResumeJournal::find(output(), R"({"model":"m","--isa":"avx512"})"); },
              ThrowsMessage<ArgumentError>(HasSubstr(R"(was begun with `isa` "avx2", not "avx512")")));
  EXPECT_THAT([&] { ResumeJournal::find(output(), R"({"model":"n","--isa":"avx512"})"); },
              ThrowsMessage<ArgumentError>(HasSubstr(R"(with `isa` "avx2", not "avx512"; model "m", not "n": give)")));
  std::ofstream(journal()) << "not JSON\n";
  EXPECT_THAT([&] { ResumeJournal::find(output(), job_); }, ThrowsMessage<ArgumentError>(HasSubstr("another job")));
  std::ofstream(journal()) << job_ << "\nnot JSON\n";
  EXPECT_THAT([&] { ResumeJournal::find(output(), job_); },
              ThrowsMessage<FormatError>(HasSubstr("out.npy.journal.partial:2")));
}

TEST(Digest, TellsTextsAndTheirEndsApart) {
  const auto digest = [](std::initializer_list<std::string_view> texts) {
    std::uint64_t value = 0;
    for (const std::string_view text : texts) value = extend_digest(value, text);
    return value;
  };
  EXPECT_EQ(digest({"a", "b"}), digest({"a", "b"}));
  EXPECT_NE(digest({"ab", "c"}), digest({"a", "bc"}));
  EXPECT_NE(digest({"a"}), digest({"a", ""}));
  EXPECT_NE(digest({""}), digest({}));
}

}  // namespace
}  // namespace mana::jobs
