// The form of an input is recognised or refused, whatever command reads it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "process.h"

namespace mana::program {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// In UTF-16 with its mark, the low byte first.
std::string utf16(std::string_view ascii) {
  std::string bytes = "\xFF\xFE";
  for (const char c : ascii) bytes += {c, '\0'};
  return bytes;
}

class InputForm : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string put(const std::string& name, std::string_view bytes) const {
    write(path(name), bytes);
    return path(name);
  }
  std::vector<std::string> embed(const std::string& input, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"embed", "--model", small_model().string(), "--input", input});
    return more;
  }

  TemporaryFolder folder_;
};

TEST_F(InputForm, GivesTheSameVectorsInEveryForm) {
  const std::string plain = run(embed(put("texts.txt", "the cat\nsat\n"))).output;
  const std::string array = "[\"the cat\",\n\"sat\"]", lines = "{\"text\":\"the cat\"}\n{\"text\":\"sat\"}\n";
  for (const std::string& input :
       {put("a.ndjson", lines), put("a.JSONL", lines), put("a.json", array), put("b.json", lines), put("noname", array),
        put("a.csv", "id,text\r\n1,\"the cat\"\r\n2,sat\r\n"), put("b.CSV", "id;text\n1;the cat\n2;sat\n"),
        put("a.TSV", "text\tn\nthe cat\t1\nsat\t2\n\n"), put("u.txt", utf16("the cat\r\nsat\r\n")),
        put("u.csv", utf16("text,n\nthe cat,1\nsat,2\n"))}) {
    const Outcome outcome = run(embed(input));
    EXPECT_EQ(outcome.output, plain) << input << outcome.errors;
    EXPECT_EQ(run(embed("-"), read(input)).status, 0) << input;
  }
  for (const std::string& text : {array, lines, utf16(lines)}) EXPECT_EQ(run(embed("-"), text).output, plain);
  EXPECT_EQ(run(embed("-", {"--input-format", "csv"}), "text\nthe cat\nsat\n").output, plain);
  EXPECT_NE(run(embed("-", {"--input-format", "lines"}), lines).output, plain);
}

TEST_F(InputForm, RefusesWhatIsNone) {
  const auto errors = [&](const std::string& input) {
    const Outcome outcome = run(embed(input));
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.output, "");
    return outcome.errors;
  };
  EXPECT_THAT(errors(put("x.txt", "PK\x03\x04\x14\0\x06\0word/"s)),
              HasSubstr("x.txt is a Word document (.docx), not text"));
  EXPECT_THAT(errors(put("x.bz2", "BZh91AY&SY...")), HasSubstr("packed by bzip2, which is not read: unpack it, or"));
  EXPECT_THAT(errors(put("x.csv", "id,body\n1,a\n")), HasSubstr("x.csv has no column text; its columns are id, body"));
  EXPECT_THAT(errors(put("x.json", "{\"rows\": [\n\"a\"]}")),
              HasSubstr("x.json:1: text is missing; the object has rows"));
  EXPECT_THAT(errors(put("y.txt", "h\0e\0l\0l\0o\0\n\0"s)), HasSubstr("UTF-16 without a byte order mark"));
  const Outcome words = run({"train", "word2vec", "--input", put("w.pdf", "%PDF-1.4\n%"), "--output", path("words")});
  EXPECT_THAT(words.errors, HasSubstr("w.pdf is a PDF document"));
}

TEST_F(InputForm, IsTheSameForEveryCommand) {
  const std::string model = small_model().string();
  const std::string tsv = "label\ttext\nx\tthe cat\nx\ta cat\ny\tsat\ny\tit sat\n";
  const std::string csv = "label,text\nx,the cat\nx,a cat\ny,sat\ny,it sat\n";
  const auto train = [&](const std::string& data, const std::string& output) {
    return run({"train", "classifier", "--model", model, "--data", data, "--output", path(output), "--quiet"});
  };
  ASSERT_EQ(train(put("a.tsv", tsv), "one").status, 0);
  ASSERT_EQ(train(put("a.csv", csv), "other").status, 0);
  EXPECT_EQ(read(path("one") + "/classifier/model.safetensors"), read(path("other") + "/classifier/model.safetensors"));

  const Outcome sts = run({"eval", "sts", "--model", model, "--data",
                           put("s.json", R"([{"score": 1, "sentence1": "the cat", "sentence2": "a cat"},
                                             {"score": 2, "sentence1": "sat", "sentence2": "it"},
                                             {"score": 0, "sentence1": "cat", "sentence2": "sat it"}])")});
  EXPECT_EQ(sts.status, 0) << sts.errors;

  const Outcome tuned = run({"train", "sentence", "--model", model, "--data",
                             put("p.csv", "anchor,positive\nthe cat,a cat\n\"sat, it\",sat\n"), "--loss", "mnr",
                             "--batch", "2", "--output", path("tuned"), "--quiet"});
  EXPECT_EQ(tuned.status, 0) << tuned.errors;

  std::string text, rows = "id,body\n";
  for (int i = 0; i < 200; ++i) {
    const std::string line = "day" + std::to_string(i % 7) + " and night" + std::to_string(i % 5);
    text += line + "\n";
    rows += std::to_string(i) + ",\"" + line + "\"\n";
  }
  const auto words = [&](const std::string& input, std::vector<std::string> more) {
    more.insert(more.begin(), {"train", "word2vec", "--quiet", "--deterministic", "--dimensions", "8", "--input", input,
                               "--output", input + ".vec"});
    EXPECT_EQ(run(more).status, 0);
    return read(input + ".vec");
  };
  const std::string vectors = words(put("w.txt", text), {});
  EXPECT_EQ(words(put("w.csv", rows), {"--column", "body"}), vectors);
  EXPECT_EQ(words(put("w16.txt", utf16(text)), {}), vectors);
}

TEST_F(InputForm, SaysOnceWhatWasReadInSpiteOfAMistake) {
  const Outcome broken = run(embed(put("b.txt", "a\n\xff\nb\xc3\n")));
  EXPECT_EQ(broken.status, 0);
  EXPECT_THAT(
      broken.errors,
      HasSubstr("b.txt: 2 lines have bytes that are no UTF-8, which were read as U+FFFD (the first is line 2)"));
  const Outcome rows = run(embed(
      put("b.jsonl", "{\"text\":\"a \\ud83d\"}\n{\"text\":\"b\",\"text\":\"cat\",\"n\":NaN}\n"), {"--include-text"}));
  EXPECT_THAT(rows.output, AllOf(HasSubstr("{\"text\":\"a \xEF\xBF\xBD\""), HasSubstr("{\"text\":\"cat\"")));
  EXPECT_THAT(rows.errors, AllOf(HasSubstr("1 row has half of a surrogate pair"), HasSubstr("1 row has a key twice")));
  EXPECT_THAT(run(embed(path("b.jsonl"), {"--quiet"})).errors, "");
}

TEST_F(InputForm, SaysWhichTextsOfTheCommandLineAreNoUtf8) {
  const auto errors = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"embed", "--model", small_model().string()});
    const Outcome outcome = run(more);
    EXPECT_EQ(outcome.status, 0);
    return outcome.errors;
  };
  EXPECT_THAT(errors({"caf\xC3\xA9", "caf\xE9"}),
              HasSubstr("text 2 has bytes that are no UTF-8, which were read as U+FFFD"));
  EXPECT_THAT(errors({"cat", "\xE9", "\xE8", "--prompt-text", "\xFF: "}),
              AllOf(HasSubstr("2 texts have bytes that are no UTF-8, which were read as U+FFFD (the first is text 2)"),
                    HasSubstr("--prompt-text has bytes that are no UTF-8")));
  EXPECT_EQ(errors({"cat", "\xE9", "--quiet"}), "");
}

TEST(OddText, LinesOfOldMacsAreRefusedByName) {
  const TemporaryFolder folder;
  write(folder / "mac.csv", "text,b\rx,1\ry,2\r");
  const Outcome outcome = run({"embed", "--model", small_model().string(), "--input", (folder / "mac.csv").string()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, testing::HasSubstr("a carriage return alone"));
}

TEST(OddText, BytesThatAreNoUtf8InJsonAreReadAndTold) {
  const TemporaryFolder folder;
  write(folder / "latin.jsonl", "{\"text\": \"caf\xe9\"}\n{\"text\": \"ok\"}\n");
  const Outcome outcome =
      run({"embed", "--model", small_model().string(), "--include-text", "--input", (folder / "latin.jsonl").string()});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.output, testing::HasSubstr("caf\xef\xbf\xbd"));
  EXPECT_THAT(outcome.errors, testing::HasSubstr("UTF-8"));
}

}  // namespace
}  // namespace mana::program
