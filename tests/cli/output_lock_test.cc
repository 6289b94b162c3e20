// One process at a time writes an output.
#include "mana/base/output_lock.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "process.h"
#include "refusal.h"
#include "tests/support/source_path.h"

namespace mana::program {
namespace {

TEST(OutputFolder, IsWrittenByOneProcessAtATime) {
  const TemporaryFolder folder;
  const std::string output = (folder / "output").string(), text = (folder / "text.txt").string(),
                    classes = (folder / "classes.tsv").string();
  write(text, "the cat sat on the mat\nthe dog sat on the log\n");
  write(classes, "label\ttext\nword\tthe cat\nsign\t42 !\n");
  const std::vector<std::vector<std::string>> commands = {
      {"train", "tokenizer", "--vocabulary", "30", text},
      {"train", "classifier", "--quiet", "--model", small_model().string(), "--data", classes},
      {"train", "word2vec", "--quiet", "--min-count", "1", "--sample", "0", "--input", text},
      {"compress", "--quiet", "--force", "--model", small_model().string()},
      {"convert", "--quiet", fixture_path("ctranslate2/before").string()}};
  for (std::vector<std::string> command : commands) {
    SCOPED_TRACE(testing::PrintToString(command));
    command.insert(command.end(), {"--output", output});
    {
      const OutputLock other(output);
      expect_refusal(run(command), 1, "another process is writing");
      EXPECT_FALSE(std::filesystem::exists(output));
    }
    const Outcome alone = run(command);
    EXPECT_EQ(alone.status, 0) << alone.errors;
    EXPECT_FALSE(std::filesystem::exists(output + ".mana.lock"));
    std::filesystem::remove_all(output);
  }
}

}  // namespace
}  // namespace mana::program
