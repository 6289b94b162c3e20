#include "mana/models/masked/shapes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"

namespace mana::models {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class ShapeFile : public testing::Test {
 protected:
  /// Of a file with these members more.
  MaskedModelConfig config(const std::string& members) const {
    std::ofstream(folder_ / "shape.json") << R"({"vocab_size": 50, "max_position_embeddings": 64, "hidden_size": 16,
        "intermediate_size": 32, "num_hidden_layers": 3, "num_attention_heads": 2)"
                                          << members << "}";
    return shape_config((folder_ / "shape.json").string(), 40);
  }
  auto reading(const std::string& members) const {
    return [this, members] { config(members); };
  }

  TemporaryFolder folder_;
};

TEST_F(ShapeFile, IsThatOfAModelOrLess) {
  EXPECT_EQ(config("").layers, 3U);
  EXPECT_EQ(config(R"(, "model_type": "bert", "tie_word_embeddings": true)"), config(""));
}

TEST_F(ShapeFile, OfWhatIsNotTrainedIsRefused) {
  EXPECT_THAT(reading(R"(, "model_type": "roberta")"),
              ThrowsMessage<FormatError>(HasSubstr("model_type is 'roberta'; only 'bert'")));
  EXPECT_THAT(reading(R"(, "tie_word_embeddings": false)"),
              ThrowsMessage<FormatError>(HasSubstr("tie_word_embeddings is false")));
}

}  // namespace
}  // namespace mana::models
