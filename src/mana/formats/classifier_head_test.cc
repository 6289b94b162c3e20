#include "mana/formats/classifier_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"
#include "mana/formats/safetensors.h"

namespace mana::formats {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

ClassifierHead small_head() {
  ClassifierHead head;
  head.config = {{"good", "بد", "\"odd\"\t"}, 2, {}};
  head.config.vectors = {{}, "query: ", std::vector{PoolingMode::cls, PoolingMode::mean}, false, 2, 128, true};
  head.weights = {1, 2, 3, 4, 5, 6};
  head.bias = {0.5F, -0.25F, 0};
  return head;
}

void write(const std::filesystem::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

class ClassifierHeadFile : public testing::Test {
 protected:
  std::filesystem::path config() const { return folder_ / "classifier/config.json"; }

  void expect_refusal(const std::string& sentence) const {
    EXPECT_THAT([&] { read_classifier_head(folder_.path()); }, ThrowsMessage<FormatError>(HasSubstr(sentence)));
  }

  TemporaryFolder folder_;
};

TEST_F(ClassifierHeadFile, ReadsBackAsItWasWritten) {
  EXPECT_FALSE(has_classifier(folder_.path()));
  const ClassifierHead head = small_head();
  write_classifier_head(folder_.path(), head);
  EXPECT_TRUE(has_classifier(folder_.path()));
  const ClassifierHead back = read_classifier_head(folder_.path());
  EXPECT_EQ(back.config.classes, head.config.classes);
  EXPECT_EQ(back.config.dimensions, 2);
  EXPECT_EQ(back.config.vectors, head.config.vectors);
  EXPECT_EQ(back.weights, head.weights);
  EXPECT_EQ(back.bias, head.bias);
}

TEST_F(ClassifierHeadFile, RefusesWhatIsNone) {
  EXPECT_THAT([&] { read_classifier_head(folder_.path()); },
              ThrowsMessage<ArgumentError>(HasSubstr("is no classifier: it has no classifier/config.json")));
  ClassifierHead head = small_head();
  head.config.classes[0] = "\xFF";
  EXPECT_THAT([&] { write_classifier_head(folder_.path(), head); },
              ThrowsMessage<ArgumentError>(HasSubstr("is not valid UTF-8")));
}

TEST_F(ClassifierHeadFile, NamesAMistakeInTheConfiguration) {
  write_classifier_head(folder_.path(), small_head());
  const auto expect = [&](std::string_view text, const std::string& sentence) {
    write(config(), text);
    expect_refusal(sentence);
  };
  expect("[]", "must be an object");
  expect(R"({"version": 2})", "version is 2; this program reads version 1");
  expect(R"({"version": 1, "classes": ["a"], "dimensions": 2})", "classes must name at least two classes");
  expect(R"({"version": 1, "classes": ["a", "a"], "dimensions": 2})", "stands there twice: a");
  expect(R"({"version": 1, "classes": ["a", 5], "dimensions": 2})", "must be a string");
  expect(R"({"version": 1, "classes": ["a", "b"]})", "dimensions is missing");
  expect(R"({"version": 1, "classes": ["a", "b"], "dimensions": 0})", "dimensions");
  expect(R"({"version": 1, "classes": ["a", "b"], "dimensions": 2, "vectors": {"pooling": ["best"]}})", "is not known");
  expect(R"({"version": 1, "classes": ["a", "b"], "dimensions": 2, "vectors": {"pooling": []}})", "must not be empty");
}

TEST_F(ClassifierHeadFile, RefusesTensorsThatDoNotFit) {
  ClassifierHead head = small_head();
  write_classifier_head(folder_.path(), head);
  write(config(), R"({"version": 1, "classes": ["a", "b"], "dimensions": 2})");
  expect_refusal("weight");
  write(config(), R"({"version": 1, "classes": ["a", "b", "c"], "dimensions": 2147483648})");
  expect_refusal("weight");
  head.bias[1] = std::numeric_limits<float>::infinity();
  write_classifier_head(folder_.path(), head);
  expect_refusal("bias has numbers that are not finite");
  std::filesystem::remove(folder_ / "classifier/model.safetensors");
  EXPECT_THROW(read_classifier_head(folder_.path()), IoError);
}

}  // namespace
}  // namespace mana::formats
