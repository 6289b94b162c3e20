#include "mana/generate/generation_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"

namespace mana::generate {
namespace {

class GenerationConfig : public testing::Test {
 protected:
  Options read(const std::string& json) const {
    AtomicFile file(folder_ / "generation_config.json");
    file.write(json);
    file.commit();
    models::TransformerConfig config;
    config.source_vocabulary = config.target_vocabulary = 50;
    config.positions = 64;
    config.pad = config.start = 49;
    return read_generation_options(folder_.path(), config);
  }
  void expect_refused(const std::string& json, const std::string& key) const {
    try {
      read(json);
      ADD_FAILURE() << json << " was taken";
    } catch (const FormatError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("generation_config.json: " + key));
    }
  }

  TemporaryFolder folder_;
};

TEST_F(GenerationConfig, SaysHowToSearch) {
  const Options options = read(R"({"num_beams": 6, "length_penalty": 0.5, "max_length": 20, "min_length": 3,
      "no_repeat_ngram_size": 2, "forced_eos_token_id": 0, "bad_words_ids": [[49], [7, 8], [90]],
      "suppress_tokens": [3, 90, 4], "early_stopping": true, "repetition_penalty": 1.0, "do_sample": false})");
  EXPECT_EQ(options.beam, 6);
  EXPECT_EQ(options.length_penalty, 0.5);
  EXPECT_EQ(options.max_length, 19);  // there the start counts
  EXPECT_EQ(options.min_length, 2);
  EXPECT_EQ(options.no_repeat_ngram, 2);
  EXPECT_TRUE(options.forced_end);
  const std::vector<std::vector<Token>> suppressed = {{49}, {7, 8}, {3}, {4}};
  EXPECT_EQ(options.suppressed, suppressed);
}

TEST_F(GenerationConfig, CountsNewTokensWhereThatIsSaid) {
  EXPECT_EQ(read(R"({"max_new_tokens": 5})").max_length, 5);
  EXPECT_EQ(read(R"({"max_length": 20, "max_new_tokens": 5})").max_length, 5);
  EXPECT_EQ(read("{}").max_length, 64);
  EXPECT_EQ(read(R"({"max_length": 512})").max_length, 64);
}

TEST_F(GenerationConfig, RefusesRulesThatWouldMakeOtherTexts) {
  expect_refused(R"({"forced_bos_token_id": 5})", "forced_bos_token_id is a rule");
  expect_refused(R"({"repetition_penalty": 1.2})", "repetition_penalty is 1.2");
  expect_refused(R"({"num_beam_groups": 2})", "num_beam_groups is 2");
  expect_refused(R"({"do_sample": true})", "do_sample is true");
  expect_refused(R"({"num_beams": 0})", "num_beams");
  EXPECT_NO_THROW(read(R"({"forced_bos_token_id": null, "typical_p": 1.0, "eta_cutoff": 0.0})"));
}

}  // namespace
}  // namespace mana::generate
