// Equality with transformers' MarianTokenizer, on what tools/golden/marian_tokenizers.py asked it.
#include "mana/text/marian_tokenizers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <fstream>
#include <functional>
#include <map>
#include <memory>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/temporary_folder.h"
#include "tests/support/source_path.h"

namespace mana::text {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const fs::path kFixtures = fixture_path();

// A folder of the fixtures with its two files of SentencePiece, to be changed.
class Folder {
 public:
  explicit Folder(const std::string& name) {
    static const std::map<std::string, std::pair<std::string, std::string>, std::less<>> kSides = {
        {"joint", {"unigram", "bpe_bytes"}}, {"bytes", {"bpe_bytes", "suffix"}}, {"separate", {"bpe", "unigram"}}};
    const auto& [source, target] = kSides.at(name);
    fs::copy(kFixtures / "sentencepiece" / (source + ".model"), folder_ / "source.spm");
    fs::copy(kFixtures / "sentencepiece" / (target + ".model"), folder_ / "target.spm");
    fs::copy(kFixtures / "marian" / name, folder_.path());
    if (name == "bytes") fs::copy(kFixtures / "marian/joint/vocab.json", folder_ / "vocab.json");
  }
  Folder& write(const std::string& name, std::string_view content) {
    std::ofstream(folder_ / name) << content;
    return *this;
  }
  Folder& remove(const std::string& name) {
    fs::remove(folder_ / name);
    return *this;
  }
  MarianTokenizers read() const { return read_marian_tokenizers(folder_.path()); }
  const fs::path& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

std::string message(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string refusal(const Folder& folder) {
  return message([&] { folder.read(); });
}

Tokenizer recompiled(const Tokenizer& tokenizer) {
  const auto bytes = std::make_shared<const std::vector<std::byte>>(tokenizer.compiled());
  return Tokenizer::from_compiled(*bytes, bytes);
}

std::vector<TokenId> ids_of(const json::Value& list) {
  std::vector<TokenId> ids;
  for (const json::Value& id : list.array()) ids.push_back(static_cast<TokenId>(id.integer()));
  return ids;
}

void check(const MarianTokenizers& tokenizers, const json::Value& line) {
  std::vector<TokenId> target;
  if (const auto text = line.find("text")) {
    target = ids_of(line.at("target"));
    EXPECT_EQ(tokenizers.source.encode(text->string()).ids, ids_of(line.at("source"))) << text->string();
    EXPECT_EQ(tokenizers.target.encode(text->string()).ids, target) << text->string();
  } else {
    target = ids_of(line.at("ids"));
  }
  EXPECT_EQ(tokenizers.target.decode(target), line.at("decoded").string()) << ::testing::PrintToString(target);
}

TEST(MarianTokenizers, GiveTheIdsAndTextsOfTransformers) {
  const std::string lines = read_file(kFixtures / "marian/cases.jsonl");
  std::map<std::string, std::pair<MarianTokenizers, MarianTokenizers>, std::less<>> read;
  int checked = 0;
  for (std::size_t at = lines.find('\n') + 1; at < lines.size(); at = lines.find('\n', at) + 1) {
    const auto document = json::Document::parse(lines.substr(at, lines.find('\n', at) - at), "cases.jsonl");
    const json::Value line = document.root();
    const std::string name(line.at("folder").string());
    auto found = read.find(name);
    if (found == read.end()) {
      MarianTokenizers loaded = Folder(name).read();
      MarianTokenizers compiled{recompiled(loaded.source), recompiled(loaded.target)};
      found = read.emplace(name, std::pair(std::move(loaded), std::move(compiled))).first;
    }
    check(found->second.first, line);
    check(found->second.second, line);
    ++checked;
  }
  EXPECT_GT(checked, 400);
}

TEST(MarianTokenizers, SayWhereTokensAreFrom) {
  const MarianTokenizers tokenizers = Folder("joint").read();
  const Encoding encoding = tokenizers.source.encode(">>deu<< ab");
  EXPECT_EQ(encoding.ids[0], tokenizers.source.id(">>deu<<"));
  EXPECT_EQ(encoding.ids.back(), tokenizers.source.id("</s>"));
  EXPECT_EQ(encoding.offsets[0], (Offsets{0, 7}));
  EXPECT_EQ(encoding.offsets[encoding.offsets.size() - 2].end, 10U);
  EXPECT_EQ(encoding.special.back(), 1);
  EXPECT_EQ(tokenizers.source.model_max_length(), 512U);
  EXPECT_TRUE(tokenizers.source.is_special(*tokenizers.source.id("<pad>")));
}

TEST(MarianTokenizers, TheSourceIsWhatAFolderGivesByItself) {
  const Folder folder("separate");
  const Tokenizer alone = Tokenizer::load(folder.path());
  EXPECT_EQ(alone.encode("Hello world").ids, folder.read().source.encode("Hello world").ids);
  EXPECT_EQ(alone.vocabulary_size(), folder.read().source.vocabulary_size());
}

TEST(MarianTokenizers, ALanguageCodeThatIsNotKnownIsRefusedByName) {
  const MarianTokenizers tokenizers = Folder("joint").read();
  const auto refused = [&](std::string_view text) { return message([&] { tokenizers.source.encode(text); }); };
  EXPECT_EQ(refused(">>fra<< Hello"),
            "a text begins with the language code \">>fra<<\", which the model does not know; it knows >>deu<<, "
            ">>zh_CN<<");
  EXPECT_EQ(refused("Hello >>fra<<"), "");
  EXPECT_EQ(refused(">> or << what"), "");
  const MarianTokenizers without = Folder("separate").read();
  EXPECT_THAT(without.source.encode(">>fra<<").ids,
              ElementsAre(*without.source.id("<unk>"), *without.source.id("</s>")));
}

TEST(MarianTokenizers, OfATokenizerJsonAreTheSameTwice) {
  const TemporaryFolder folder;
  std::ofstream(folder / "tokenizer.json")
      << R"({"model": {"type": "WordLevel", "vocab": {"<unk>": 0, "a": 1}, "unk_token": "<unk>"}})";
  const MarianTokenizers tokenizers = read_marian_tokenizers(folder.path());
  EXPECT_THAT(tokenizers.source.encode("a").ids, ElementsAre(1));
  EXPECT_THAT(tokenizers.target.encode("a").ids, ElementsAre(1));
}

TEST(MarianTokenizers, BrokenFoldersGetOneSentence) {
  const auto with_list = [](std::string_view list) { return refusal(Folder("joint").write("vocab.json", list)); };
  EXPECT_THAT(with_list(R"({"</s>": 0, "<unk>": 1, "a": 3, "<pad>": 4})"),
              HasSubstr("\"<pad>\" has the id 4, but there are 4 tokens, whose ids are to be 0 to 3"));
  EXPECT_THAT(with_list(R"({"</s>": 0, "<unk>": 1, "a": 1, "<pad>": 2})"),
              HasSubstr("\"<unk>\" and \"a\" have the same id 1"));
  EXPECT_THAT(with_list(R"({"</s>": 0, "<unk>": 1, "a": 2, "a": 3, "<pad>": 4})"), HasSubstr("stands there twice"));
  EXPECT_THAT(with_list(R"({"</s>": 0, "a": 1, "<pad>": 2})"), HasSubstr("lacks the unknown token \"<unk>\""));
  EXPECT_THAT(with_list(R"({"<unk>": 0, "a": 1, "<pad>": 2})"),
              HasSubstr("lacks the token \"</s>\", which ends every text"));
  EXPECT_THAT(with_list(R"({"<unk>": 0, "</s>": 1})"),
              HasSubstr("lacks the token \"<pad>\", which a translation begins with"));
  EXPECT_THAT(with_list(R"({"<unk>": -1})"), HasSubstr("vocab.json"));
  EXPECT_THAT(with_list("[]"), HasSubstr("vocab.json"));
  EXPECT_THAT(with_list("{}"), HasSubstr("lacks the unknown token"));
  EXPECT_THAT(refusal(Folder("separate").remove("target_vocab.json")), HasSubstr("target_vocab.json"));
  EXPECT_THAT(refusal(Folder("joint").remove("target.spm")), HasSubstr("target.spm"));
  EXPECT_THAT(refusal(Folder("joint").remove("source.spm")), HasSubstr("nor source.spm and vocab.json"));
  EXPECT_THAT(refusal(Folder("joint").write("target.spm", "\x0a\xff")), HasSubstr("target.spm"));
  EXPECT_THAT(refusal(Folder("joint").write("tokenizer_config.json", R"({"separate_vocabs": 1})")),
              AllOf(HasSubstr("tokenizer_config.json"), HasSubstr("separate_vocabs")));
}

}  // namespace
}  // namespace mana::text
