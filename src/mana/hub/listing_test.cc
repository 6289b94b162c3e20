#include "mana/hub/listing.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "mana/base/errors.h"

namespace mana::hub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

const std::string kCommit(40, 'c');
const std::string kSha256(64, 'a');
const std::string kBlob(40, 'b');

std::string listing_of(const std::string& siblings) {
  return fmt::format(R"({{"id": "owner/name", "sha": "{}", "private": false, "siblings": [{}]}})", kCommit, siblings);
}

std::vector<std::string> chosen(const std::vector<std::string>& paths, const ModelLayout& layout = {}) {
  Listing listing;
  for (const std::string& path : paths) listing.files.push_back({path, {}, {}});
  std::vector<std::string> names;
  for (const RemoteFile& file : encoder_files(listing, layout, "owner/name")) names.push_back(file.path);
  std::ranges::sort(names);
  return names;
}

TEST(Listing, ReadsFilesInGitAndInLfs) {
  const Listing listing =
      parse_listing(listing_of(fmt::format(R"({{"rfilename": "config.json", "size": 612, "blobId": "{}"}},
                             {{"rfilename": "model.safetensors", "size": 134, "blobId": "{}",
                               "lfs": {{"sha256": "{}", "size": 90868376, "pointerSize": 134}}}},
                             {{"rfilename": "1_Pooling/config.json"}})",
                                           kBlob, kBlob, kSha256)),
                    "the list");
  EXPECT_EQ(listing.commit, kCommit);
  ASSERT_EQ(listing.files.size(), 3U);
  EXPECT_EQ(listing.files[0].path, "config.json");
  EXPECT_EQ(listing.files[0].size, 612U);
  EXPECT_EQ(listing.files[0].checksum, (Checksum{HashKind::git_blob, kBlob}));
  EXPECT_EQ(listing.files[1].size, 90868376U);
  EXPECT_EQ(listing.files[1].checksum, (Checksum{HashKind::sha256, kSha256}));
  EXPECT_EQ(listing.files[2].size, std::nullopt);
  EXPECT_EQ(listing.files[2].checksum, std::nullopt);
}

class BadListing : public testing::TestWithParam<std::string> {};

TEST_P(BadListing, IsRefused) { EXPECT_THROW(parse_listing(GetParam(), "the list"), FormatError); }

INSTANTIATE_TEST_SUITE_P(
    Listing, BadListing,
    testing::Values("", "<html>", "[]", "{}", R"({"sha": "main", "siblings": []})",
                    R"({"sha": "../../../../../../../../../../../etc/pa", "siblings": []})",
                    fmt::format(R"({{"sha": "{}"}})", kCommit), listing_of("1"), listing_of("{}"),
                    listing_of(R"({"rfilename": 1})"), listing_of(R"({"rfilename": "a", "size": -1})"),
                    listing_of(R"({"rfilename": "a", "size": 9999999999999999})"),
                    listing_of(R"({"rfilename": "a", "size": "1"})"),
                    listing_of(R"({"rfilename": "a", "lfs": {"size": 1, "sha256": "x"}})"),
                    listing_of(fmt::format(R"({{"rfilename": "a", "lfs": {{"size": 1, "sha256": "{}"}}}})", kBlob)),
                    listing_of(R"({"rfilename": "a", "lfs": {"size": 1}})")));

class Escape : public testing::TestWithParam<std::string> {};

TEST_P(Escape, IsRefused) {
  EXPECT_THAT([&] { parse_listing(listing_of(fmt::format(R"({{"rfilename": "{}"}})", GetParam())), "the list"); },
              ThrowsMessage<FormatError>(HasSubstr("outside of the repository")));
}

INSTANTIATE_TEST_SUITE_P(Listing, Escape,
                         testing::Values("", "/etc/passwd", "../config.json", "a/../../config.json", "..", ".", "a/..",
                                         "./config.json", "a//b", "a/", "config.json\\u0000"));

TEST(EncoderFiles, AreThoseOfASentenceTransformersFolder) {
  EXPECT_THAT(chosen({".gitattributes",
                      "1_Pooling/config.json",
                      "2_Dense/config.json",
                      "2_Dense/model.safetensors",
                      "2_Dense/pytorch_model.bin",
                      "README.md",
                      "config.json",
                      "config_sentence_transformers.json",
                      "data_config.json",
                      "model.safetensors",
                      "modules.json",
                      "onnx/config.json",
                      "onnx/model.onnx",
                      "openvino/openvino_model.bin",
                      "pytorch_model.bin",
                      "rust_model.ot",
                      "sentence_bert_config.json",
                      "special_tokens_map.json",
                      "tf_model.h5",
                      "tokenizer.json",
                      "tokenizer_config.json",
                      "train_script.py",
                      "vocab.json",
                      "vocab.txt"},
                     {.encoder = "", .modules = {"1_Pooling", "2_Dense"}, .with_weights = {"2_Dense"}}),
              ElementsAre("1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors", "README.md",
                          "config.json", "config_sentence_transformers.json", "model.safetensors", "modules.json",
                          "sentence_bert_config.json", "special_tokens_map.json", "tokenizer.json",
                          "tokenizer_config.json", "vocab.json", "vocab.txt"));
}

TEST(EncoderFiles, HaveEveryVocabulary) {
  EXPECT_THAT(
      chosen({"config.json", "generation_config.json", "merges.txt", "model.safetensors", "sentencepiece.bpe.model",
              "source.spm", "spiece.model", "target.spm", "target_vocab.json", "tf_model.h5", "tokenizer.model",
              "vocab.json"}),
      ElementsAre("config.json", "generation_config.json", "merges.txt", "model.safetensors", "sentencepiece.bpe.model",
                  "source.spm", "spiece.model", "target.spm", "target_vocab.json", "tokenizer.model", "vocab.json"));
}

TEST(EncoderFiles, HoldTheWeightsOnce) {
  EXPECT_THAT(chosen({"model.safetensors", "model.fp16.safetensors"}), ElementsAre("model.safetensors"));
  EXPECT_THAT(chosen({"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
                      "model.safetensors.index.json", "consolidated.safetensors"}),
              ElementsAre("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
                          "model.safetensors.index.json"));
  EXPECT_THAT(chosen({"part-b.safetensors", "part-a.safetensors", "model.safetensors.index.json"},
                     {.encoder = "", .shards = std::vector<std::string>{"part-a.safetensors", "part-b.safetensors"}}),
              ElementsAre("model.safetensors.index.json", "part-a.safetensors", "part-b.safetensors"));
  EXPECT_THAT([] { chosen({"model.safetensors.index.json"}, {.encoder = "", .shards = {{"gone.safetensors"}}}); },
              ThrowsMessage<FormatError>(HasSubstr("has no file gone.safetensors, which its")));
  EXPECT_THROW(chosen({"other.safetensors"}), FormatError) << "nobody reads it under that name";
}

TEST(EncoderFiles, HavePytorchsWeightsWhereThereAreNoOthers) {
  EXPECT_THAT(chosen({"config.json", "pytorch_model.bin", "tf_model.h5"}),
              ElementsAre("config.json", "pytorch_model.bin"));
  EXPECT_THAT(chosen({"model.safetensors", "2_Dense/pytorch_model.bin"},
                     {.encoder = "", .modules = {"2_Dense"}, .with_weights = {"2_Dense"}}),
              ElementsAre("2_Dense/pytorch_model.bin", "model.safetensors"));
}

TEST(EncoderFiles, LieWhereModulesJsonSays) {
  const ModelLayout layout = parse_layout(R"([{"path": "enc/", "type": "sentence_transformers.models.Transformer"},
                                              {"path": "parts/pool", "type": "sentence_transformers.models.Pooling"},
                                              {"path": "thick", "type": "sentence_transformers.models.Dense"}])",
                                          "modules.json");
  EXPECT_THAT(chosen({"modules.json", "config.json", "enc/config.json", "enc/vocab.txt", "enc/model.safetensors",
                      "enc/adapter_config.json", "enc/adapter_model.safetensors", "parts/pool/config.json",
                      "thick/config.json", "thick/model.safetensors", "1_Pooling/config.json"},
                     layout),
              ElementsAre("enc/adapter_config.json", "enc/adapter_model.safetensors", "enc/config.json",
                          "enc/model.safetensors", "enc/vocab.txt", "modules.json", "parts/pool/config.json",
                          "thick/config.json", "thick/model.safetensors"));
  EXPECT_THROW(parse_layout(R"([{"path": "../up", "type": "x.Transformer"}])", "modules.json"), FormatError);
  EXPECT_THROW(parse_shards(R"({"weight_map": {"a": "/etc/passwd"}})", "index"), FormatError);
  EXPECT_THAT(parse_shards(R"({"weight_map": {"b": "2", "a": "1", "c": "2"}})", "index"), ElementsAre("1", "2"));
}

TEST(EncoderFiles, BeginWithTheSmallest) {
  Listing listing;
  listing.files = {{"model.safetensors", 1000, {}}, {"config.json", 20, {}}, {"vocab.txt", 10, {}}};
  const std::vector<RemoteFile> files = encoder_files(listing, {}, "owner/name");
  EXPECT_EQ(files.front().path, "vocab.txt");
  EXPECT_EQ(files.back().path, "model.safetensors");
}

TEST(EncoderFiles, TakeNoOddNames) {
  EXPECT_THAT(chosen({"model.safetensors", "1_Pool ing/config.json", "Pooling/config.json", "1_/config.json",
                      "1_a/2_b/config.json", "sentence_a b_config.json"}),
              ElementsAre("model.safetensors"));
}

TEST(EncoderFiles, MustHaveSafeWeights) {
  EXPECT_THAT(
      [] {
        chosen({"config.json", "pytorch_model.bin.index.json"});
      },
      ThrowsMessage<FormatError>(
          HasSubstr("owner/name has weights as pickles of Python only (pytorch_model.bin.index.json)")));
  EXPECT_THAT(
      [] {
        chosen({"config.json", "adapter_model.bin"});
      },
      ThrowsMessage<FormatError>(HasSubstr("(adapter_model.bin)")));
  EXPECT_THAT(
      [] {
        chosen({"config.json", "model.gguf"});
      },
      ThrowsMessage<FormatError>(HasSubstr("no safetensors weights")));
}

}  // namespace
}  // namespace mana::hub
