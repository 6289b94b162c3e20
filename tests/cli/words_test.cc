#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "mana/base/json.h"
#include "process.h"
#include "tests/support/source_path.h"

namespace mana::program {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const fs::path kFixtures = fixture_path("word_vectors");

Outcome words(std::vector<std::string> arguments, const char* model = "words.bin") {
  arguments.insert(arguments.begin(), "words");
  arguments.insert(arguments.end(), {"--model", (kFixtures / model).string()});
  return run(std::move(arguments));
}

json::Document expected() { return json::Document::read(kFixtures / "expected.json"); }

/// `found`: [{"word": …, "similarity": …}, …], `reference`: [[word, similarity], …], which may be longer.
void expect_neighbours(const json::Value& found, const json::Value& reference, std::size_t count) {
  const auto ours = found.array();
  const auto theirs = reference.array();
  ASSERT_EQ(ours.size(), count);
  ASSERT_GE(theirs.size(), count);
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_EQ(ours[i].at("word").string(), theirs[i].array()[0].string());
    EXPECT_NEAR(ours[i].at("similarity").number(), theirs[i].array()[1].number(), 1e-6);
  }
}

TEST(Words, AreAsNearAsTheReferenceSays) {
  const json::Document document = expected();
  for (const auto& [word, neighbours] : document.root().at("queries").at("nearest").object()) {
    const Outcome outcome = words({"nearest", std::string(word), "--count", "5", "--json"});
    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    const auto found = json::Document::parse(outcome.output, "output");
    EXPECT_EQ(found.root().at("word").string(), word);
    expect_neighbours(found.root().at("nearest"), neighbours, 5);
  }
  EXPECT_THAT(lines_of(words({"nearest", "king", "paris", "--count", "1"}).output),
              ElementsAre("king", "0.6354\tof", "", "paris", StartsWith("0.6")));
}

TEST(Words, CompleteAnalogiesAndFindTheOddOne) {
  const json::Document document = expected();
  const json::Value queries = document.root().at("queries");
  const Outcome analogy = words({"analogy", "man", "king", "woman", "--count", "4", "--json"});
  ASSERT_EQ(analogy.status, 0) << analogy.errors;
  const auto found = json::Document::parse(analogy.output, "output");
  expect_neighbours(found.root().at("nearest"), queries.at("analogy").at("nearest"), 4);
  EXPECT_EQ(words({"odd", "king", "queen", "man", "paris"}).output,
            std::string(queries.at("odd").at("odd").string()) + "\n");
  EXPECT_THAT(words({"odd", "king", "queen", "man", "paris", "--json"}).output, StartsWith("{\"odd\":\"paris\""));
  EXPECT_NEAR(std::stod(words({"similarity", "king", "queen"}).output), queries.at("similarity").at("value").number(),
              1e-6);
}

TEST(Words, ThatAreNotKnownAreComposedOrGetASuggestion) {
  const Outcome unknown = words({"nearest", "kng"});
  EXPECT_EQ(unknown.status, 1);
  EXPECT_EQ(unknown.output, "");
  EXPECT_THAT(unknown.errors, HasSubstr("does not know the word \"kng\" (did you mean king?)"));
  EXPECT_THAT(words({"nearest", "kingly", "--json", "--count", "1"}, "fasttext.bin").output,
              HasSubstr("\"known\":false"));
  EXPECT_EQ(words({"nearest"}).status, 2);
  EXPECT_EQ(words({"odd", "king", "queen"}).status, 2);
  EXPECT_EQ(words({"analogy", "king", "queen"}).status, 2);
  EXPECT_EQ(run({"words", "nearest", "king"}).status, 2) << "--model is needed";
  EXPECT_THAT(words({"nearest", "king"}, "questions.txt").errors, HasSubstr("holds no word vectors"));
}

TEST(Words, AreDrawnOnAMap) {
  const TemporaryFolder folder;
  const Outcome drawing = words({"map", "king", "queen", "paris", "--first", "2"});
  ASSERT_EQ(drawing.status, 0) << drawing.errors;
  EXPECT_THAT(drawing.output,
              AllOf(StartsWith("<svg "), HasSubstr(">queen</text>"), HasSubstr(">5 words of words.bin")));
  const std::string page = (folder / "map.html").string();
  ASSERT_EQ(words({"map", "king", "queen", "paris", "--output", page}).status, 0);
  EXPECT_THAT(read(page), AllOf(StartsWith("<!doctype html>"), HasSubstr("<svg "), HasSubstr("of the variance</h1>"),
                                HasSubstr("{\"word\":\"king\",\"x\":"), HasSubstr("\"near\":[[\"")));
  EXPECT_EQ(words({"map", "king", "queen", "paris", "--output", page}).status, 0) << "its own it may replace";
  write(page, "<!doctype html>\nmine");
  EXPECT_EQ(words({"map", "king", "queen", "paris", "--output", page}).status, 1);
}

TEST(Words, AreExportedInEveryForm) {
  const TemporaryFolder folder;
  const std::string before = words({"nearest", "king", "--json"}, "fasttext.bin").output;
  for (const char* name : {"words.vec", "words.bin", "words.npy", "folder"}) {
    const std::string path = (folder / name).string();
    const Outcome outcome = words({"export", "--output", path}, "fasttext.bin");
    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_EQ(run({"words", "nearest", "king", "--json", "--model", path}).output, before) << name;
  }
  EXPECT_EQ(words({"export", "--output", (folder / "folder").string()}).status, 1) << "it is there";
  EXPECT_EQ(words({"export", "--output", (folder / "folder").string(), "--force"}).status, 0);
  EXPECT_EQ(words({"export", "--output", (folder / "w.vec").string(), "--sif", "1e-3"}).status, 2);
  EXPECT_EQ(words({"export", "--output", (folder / "other").string(), "--sif", "-1"}).status, 2);
  EXPECT_EQ(words({"export", "--output", (folder / "other").string(), "--sif", "inf"}).status, 2);
}

TEST(Words, AreAModelOfTextsThatSentenceTransformersReadsAlike) {
  const TemporaryFolder folder;
  const fs::path model = folder / "folder";
  ASSERT_EQ(words({"export", "--output", model.string(), "--sif", "1e-2", "--persian"}, "fasttext.bin").status, 0);
  for (const char* file : {"tokenizer.json", "model.safetensors", "modules.json"}) {
    EXPECT_EQ(read(model / file), read(kFixtures / "folder" / file)) << file;
  }
  const auto document = json::Document::read(kFixtures / "folder_expected.json");
  const auto texts = document.root().at("texts").array();
  const auto embeddings = document.root().at("embeddings").array();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Outcome outcome =
        run({"embed", "--precision", "f32", "--model", model.string(), std::string(texts[i].string())});
    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    const auto found = json::Document::parse(outcome.output, "output");
    const auto ours = found.root().at("embedding").array();
    const auto theirs = embeddings[i].array();
    ASSERT_EQ(ours.size(), theirs.size());
    for (std::size_t k = 0; k < ours.size(); ++k) EXPECT_NEAR(ours[k].number(), theirs[k].number(), 1e-5);
  }
}

TEST(Words, AreEvaluated) {
  const auto evaluate = [](const char* task, const char* data, const char* model) {
    return run(
        {"eval", task, "--json", "--data", (kFixtures / data).string(), "--model", (kFixtures / model).string()});
  };
  const Outcome analogies = evaluate("analogies", "questions.txt", "words.bin");
  ASSERT_EQ(analogies.status, 0) << analogies.errors;
  const auto total = json::Document::parse(analogies.output, "output");
  EXPECT_EQ(total.root().at("total").at("correct").integer(), 3);
  EXPECT_EQ(total.root().at("total").at("asked").integer(), 8);
  EXPECT_EQ(total.root().at("total").at("unknown").integer(), 3);
  EXPECT_EQ(evaluate("analogies", "questions.txt", "fasttext.bin").status, 0);
  const Outcome pairs = evaluate("wordsim", "pairs.tsv", "words.bin");
  ASSERT_EQ(pairs.status, 0) << pairs.errors;
  EXPECT_THAT(pairs.output, StartsWith("{\"task\":\"wordsim\",\"pairs\":7,\"unknown\":2,\"spearman\":75.67"));
}

TEST(Words, AreNotEvaluatedOnWhatTellsNothing) {
  const TemporaryFolder folder;
  write(folder / "words.vec", "4 2\none 1 0\ntwo 0 1\nthree 1 1\nfour 1 2\n");
  const auto evaluate = [&](const char* task, std::string_view data) {
    write(folder / "data.txt", data);
    return run(
        {"eval", task, "--json", "--data", (folder / "data.txt").string(), "--model", (folder / "words.vec").string()});
  };
  const auto expect = [&](const char* task, std::string_view data, const std::string& sentence) {
    const Outcome outcome = evaluate(task, data);
    EXPECT_EQ(outcome.status, 1) << outcome.output;
    EXPECT_EQ(outcome.output, "");
    EXPECT_THAT(outcome.errors, HasSubstr(sentence));
  };
  expect("wordsim", "one two 3\none three 3\n", "all 2 scores of known pairs are 3");
  expect("wordsim", "one two 1\ntwo one 3\n", "all 2 similarities are 0");
  expect("analogies", ": some\none two three five\n", "none of the 1 questions has four words");
  const Outcome half = evaluate("analogies", ": some\none two three four\n: gram-other\none two three five\n");
  ASSERT_EQ(half.status, 0) << half.errors;
  const auto document = json::Document::parse(half.output, "output");
  EXPECT_TRUE(document.root().at("semantic").find("accuracy"));
  EXPECT_FALSE(document.root().at("syntactic").find("accuracy")) << "not measured is not 0";
}

std::string file_of(const TemporaryFolder& folder, const std::string& name, const std::string& content) {
  write(folder / name, content);
  return (folder / name).string();
}

TEST(Words, OfFilesAsPeopleHaveThem) {
  const TemporaryFolder folder;
  const std::string glove = file_of(folder, "glove.txt", "1999 1 0\ncat 0.5 1\nnew york 1 0.5\n");
  const auto nearest = [](const std::string& model, const char* word) {
    return run({"words", "nearest", "--model", model, word});
  };
  EXPECT_THAT(lines_of(nearest(glove, "cat").output), ElementsAre("0.8000\tnew york", "0.4472\t1999"));
  const std::string twice = file_of(folder, "twice.vec", "3 2\ncat 1 0\ndog 1 1\ncat 0 1\n");
  EXPECT_EQ(nearest(twice, "cat").output, "0.7071\tdog\n");
  EXPECT_THAT(nearest(twice, "cat").errors, HasSubstr("1 of its 3 words stood there before"));
  EXPECT_EQ(run({"words", "nearest", "--quiet", "--model", twice, "cat"}).errors, "");
  const std::string more = file_of(folder, "more.vec", "4 2\ncat 1 0\ndog 1 1\ncow 0 1\n");
  EXPECT_THAT(nearest(more, "cat").errors, HasSubstr("its first line says 4 words, but 3 are there"));
  EXPECT_THAT(nearest(file_of(folder, "comma.vec", "1 2\ncat 0,5 1\n"), "cat").errors, HasSubstr("a point is needed"));
}

TEST(Words, WithoutFiniteNumbersAreRefusedInEveryCommand) {
  const TemporaryFolder folder;
  const float values[] = {1, 0, std::numeric_limits<float>::quiet_NaN(), 1, 0.5f, 0.5f};
  std::string bytes = "3 2\n";
  for (std::size_t word = 0; word < 3; ++word) {
    bytes += std::string(1, static_cast<char>('a' + word)) + " ";
    bytes.append(reinterpret_cast<const char*>(values + 2 * word), 2 * sizeof(float));
  }
  const std::string model = file_of(folder, "nan.bin", bytes);
  const std::vector<std::vector<std::string>> commands = {{"nearest", "a"},
                                                          {"analogy", "a", "b", "c"},
                                                          {"odd", "a", "b", "c"},
                                                          {"similarity", "a", "b"},
                                                          {"map", "a", "b", "c"},
                                                          {"export", "--output", (folder / "out.vec").string()},
                                                          {"export", "--output", (folder / "out").string()}};
  for (std::vector<std::string> command : commands) {
    command.insert(command.begin(), "words");
    command.insert(command.end(), {"--model", model});
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.status, 1) << command[1];
    EXPECT_EQ(outcome.output, "") << command[1];
    EXPECT_THAT(outcome.errors, HasSubstr("the vector of \"b\" is not of finite numbers: number 1 is nan"));
  }
  EXPECT_FALSE(fs::exists(folder / "out.vec"));
  EXPECT_FALSE(fs::exists(folder / "out"));
  EXPECT_EQ(run({"words", "similarity", "--model", model, "a", "c"}).output, "0.70710677\n");
}

TEST(Words, AreSuggestedWithTheirCapitalsAndZeroMeansAll) {
  const TemporaryFolder folder;
  const std::string model = file_of(folder, "w.vec", "4 2\ncat 1 0\nDog 1 1\ncow 0 1\nοδος 1 2\n");
  const auto nearest = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"words", "nearest", "--model", model});
    return run(std::move(more));
  };
  EXPECT_THAT(nearest({"CAT"}).errors, HasSubstr("(did you mean cat?)"));
  EXPECT_THAT(nearest({"dog"}).errors, HasSubstr("(did you mean Dog?)"));
  EXPECT_THAT(nearest({"ΟΔΟΣ"}).errors, HasSubstr("(did you mean οδος?)"));
  EXPECT_EQ(nearest({"cat", "--count", "0"}).output, nearest({"cat"}).output);
  EXPECT_EQ(lines_of(nearest({"cat", "--count", "0"}).output).size(), 3u);
  EXPECT_EQ(nearest({"cat", "--among", "0"}).output, nearest({"cat"}).output);
  EXPECT_EQ(lines_of(nearest({"cat", "--among", "2"}).output).size(), 1u);
}

TEST(Words, AreEscapedWhereTheyWouldEndALine) {
  const TemporaryFolder folder;
  const std::string model = file_of(folder, "w.vec", "4 2\nzz 1 1\na\u2028b 1 0\nc\u0085d 0.5 1\ne\x1B[2J 0 1\n");
  const Outcome outcome = run({"words", "nearest", "--model", model, "zz", "a\u2028b", "--count", "2"});
  EXPECT_THAT(lines_of(outcome.output), ElementsAre("zz", "0.9487\tc\\u0085d", "0.7071\ta\\u2028b", "", "a\\u2028b",
                                                    "0.7071\tzz", "0.4472\tc\\u0085d"));
  EXPECT_THAT(run({"words", "odd", "--model", model, "zz", "c\u0085d", "a\u2028b"}).output, "a\\u2028b\n");
  EXPECT_THAT(run({"words", "nearest", "--json", "--model", model, "zz", "--count", "3"}).output,
              HasSubstr("a\u2028b"));
}

TEST(Words, ThatAFolderNeverMeetsAreCounted) {
  const TemporaryFolder folder;
  const std::string model = file_of(folder, "w.vec", "4 2\ncat 1 0\nDog 1 1\nu.s. 0 1\nnew_york 1 2\n");
  const Outcome outcome = run({"words", "export", "--model", model, "--output", (folder / "f").string()});
  EXPECT_THAT(outcome.errors, HasSubstr("2 of the 4 words are never met in texts"));
  EXPECT_THAT(run({"tokenize", "--model", (folder / "f").string(), "New York"}).output, HasSubstr("3\tnew_york\t0-8"));
}

TEST(Words, WithSpacesAreWrittenWithUnderscores) {
  const TemporaryFolder folder;
  const std::string model = file_of(folder, "w.vec", "4 2\nnew york 1 0\ncat 1 1\nnew_york 0 1\nlos angeles 1 2\n");
  const std::string path = (folder / "o.vec").string();
  const Outcome outcome = run({"words", "export", "--model", model, "--output", path});
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_EQ(read(path), "3 2\nnew_york 1 0\ncat 1 1\nlos_angeles 1 2\n");
  EXPECT_THAT(outcome.errors,
              AllOf(HasSubstr("2 words have spaces"), HasSubstr("1 of its 4 words stood there before")));
}

TEST(Words, AreFoundAsTheModelWritesThem) {
  const TemporaryFolder folder;
  write(folder / "v.vec", "3 2\nking 1 0\nqueen 0.9 0.1\n\u06A9\u062A\u0627\u0628 0 1\n");
  write(folder / "capitals.vec", "2 2\nking 1 0\nParis 0 1\n");
  const auto similarity = [&](const char* model, const char* a, const char* b) {
    return run({"words", "similarity", "--model", (folder / model).string(), a, b});
  };
  EXPECT_EQ(similarity("v.vec", "King", "QUEEN").output, similarity("v.vec", "king", "queen").output);
  EXPECT_EQ(similarity("v.vec", "King", "QUEEN").status, 0);
  EXPECT_NEAR(std::stod(similarity("v.vec", "\u0643\u062A\u0627\u0628", "\u06A9\u062A\u0627\u0628").output), 1, 1e-6);
  EXPECT_THAT(similarity("capitals.vec", "King", "Paris").errors, HasSubstr("did you mean king?"));

  // A folder's tokenizer says how, whatever its words look like.
  const std::string exported = (folder / "folder").string();
  ASSERT_EQ(run({"words", "export", "--model", (folder / "v.vec").string(), "--output", exported, "--quiet"}).status,
            0);
  EXPECT_EQ(similarity("folder", "King", "QUEEN").output, similarity("v.vec", "king", "queen").output);
  EXPECT_EQ(similarity("folder", "king", "nonesuch").status, 1);
}

}  // namespace
}  // namespace mana::program
