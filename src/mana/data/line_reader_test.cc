#include "mana/data/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"

namespace mana::data {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LineReaderTest : public testing::Test {
 protected:
  std::vector<std::string> lines(std::string_view text) const {
    std::ofstream(folder_ / "lines.txt", std::ios::binary) << text;
    LineReader reader(folder_ / "lines.txt");
    std::vector<std::string> all;
    for (std::string line; reader.next(line);) all.push_back(line);
    std::string after_the_end;
    EXPECT_FALSE(reader.next(after_the_end));
    EXPECT_EQ(reader.number(), all.size());
    return all;
  }

  TemporaryFolder folder_;
};

TEST_F(LineReaderTest, ALineHasALimit) {
  std::ofstream(folder_ / "long.txt") << "short\n" << std::string(600'000, 'x') << "\nshort\n";
  std::string line;
  LineReader exact(folder_ / "long.txt", {}, 600'000);
  while (exact.next(line)) {
  }
  EXPECT_EQ(exact.number(), 3U);
  LineReader below(folder_ / "long.txt", {}, 599'999);
  EXPECT_TRUE(below.next(line));
  EXPECT_THAT([&] { below.next(line); }, testing::ThrowsMessage<FormatError>(HasSubstr("long.txt:2: this line is")));
  EXPECT_LT(line.size(), 600'000U);
}

TEST_F(LineReaderTest, EndsLinesWithLfOrCrlf) {
  EXPECT_THAT(lines(""), IsEmpty());
  EXPECT_THAT(lines("\n"), ElementsAre(""));
  EXPECT_THAT(lines("a\nb\n"), ElementsAre("a", "b"));
  EXPECT_THAT(lines("a\nb"), ElementsAre("a", "b"));
  EXPECT_THAT(lines("a\r\nb\r\n"), ElementsAre("a", "b"));
  EXPECT_THAT(lines("a\n\n\nb"), ElementsAre("a", "", "", "b"));
  EXPECT_THAT(lines("\r\n\r\n"), ElementsAre("", ""));
}

TEST_F(LineReaderTest, KeepsEverythingElse) {
  EXPECT_THAT(lines("a\rb\nc\r"), ElementsAre("a\rb", "c\r"));
  EXPECT_THAT(lines("a\0b\n\0"s), ElementsAre("a\0b"s, "\0"s));
  EXPECT_THAT(lines(" a \t\n"), ElementsAre(" a \t"));
}

TEST_F(LineReaderTest, PassesOverAByteOrderMarkAtTheBeginningOnly) {
  EXPECT_THAT(lines("\xEF\xBB\xBFone\n\xEF\xBB\xBFtwo\n"), ElementsAre("one", "\xEF\xBB\xBFtwo"));
}

TEST_F(LineReaderTest, TakesLinesOfAnyLengthAcrossBlocks) {
  const std::size_t block = std::size_t{1} << 18;
  for (const std::size_t length : {block - 2, block - 1, block, block + 1, 3 * block + 7}) {
    const std::string whole(length, 'x');
    EXPECT_THAT(lines(whole + "\r\nshort\n"), ElementsAre(whole, "short")) << length;
    EXPECT_THAT(lines(whole), ElementsAre(whole)) << length;
  }
}

TEST_F(LineReaderTest, KnowsItsPlace) {
  std::ofstream(folder_ / "lines.txt") << "a\nb\n";
  LineReader reader(folder_ / "lines.txt");
  std::string line;
  reader.next(line);
  reader.next(line);
  EXPECT_EQ(reader.place(), (folder_ / "lines.txt").string() + ":2");
}

TEST_F(LineReaderTest, RefusesWhatIsNoFile) {
  EXPECT_THAT([&] { LineReader reader(folder_.path()); },
              testing::ThrowsMessage<IoError>(HasSubstr("is a folder, not a file of texts")));
  EXPECT_THAT([&] { LineReader reader(folder_ / "none"); }, testing::ThrowsMessage<IoError>(HasSubstr("cannot open")));
}

TEST_F(LineReaderTest, StopsWaitingForAPipe) {
  const std::filesystem::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::fstream writer(pipe, std::ios::in | std::ios::out);  // keeps the pipe open, and writes nothing to it yet
  std::stop_source stop;
  LineReader reader(pipe, stop.get_token());
  writer << "one\n" << std::flush;
  std::string line;
  EXPECT_TRUE(reader.next(line));
  EXPECT_EQ(line, "one");
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    stop.request_stop();
  });
  EXPECT_THROW(reader.next(line), Cancelled);
}

}  // namespace
}  // namespace mana::data
