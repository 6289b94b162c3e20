#include "mana/jobs/tokenizer_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"

namespace mana::jobs {
namespace {

class TokenizerCopy : public testing::Test {
 protected:
  TokenizerCopy() {
    std::filesystem::create_directory(folder_ / "from");
    std::filesystem::create_directory(folder_ / "to");
    std::ofstream(folder_ / "from/vocab.txt") << "[PAD]\n[UNK]\n";
    std::ofstream(folder_ / "from/notes.txt") << "none of a tokenizer's";
  }
  /// The configuration that is written for that one; none where it is empty.
  std::string copied(const std::string& config) const {
    if (!config.empty()) std::ofstream(folder_ / "from/tokenizer_config.json") << config;
    copy_tokenizer(folder_ / "from", folder_ / "to", 512);
    return read_file(folder_ / "to/tokenizer_config.json");
  }

  TemporaryFolder folder_;
};

TEST_F(TokenizerCopy, SaysTheModelsPositions) {
  using nlohmann::json;
  EXPECT_EQ(json::parse(copied("")), json({{"model_max_length", 512}}));
  EXPECT_EQ(read_file(folder_ / "to/vocab.txt"), "[PAD]\n[UNK]\n");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "to/notes.txt"));
  const json expected = {{"do_lower_case", true}, {"model_max_length", 512}};
  for (const char* config : {R"({"do_lower_case": true})", R"({"do_lower_case": true, "model_max_length": null})",
                             R"({"do_lower_case": true, "model_max_length": 1000000000000000019884624838656})",
                             R"({"do_lower_case": true, "model_max_length": 1024})"}) {
    EXPECT_EQ(json::parse(copied(config)), expected) << config;
  }
}

TEST_F(TokenizerCopy, ASmallerLimitStaysAsItWasWritten) {
  for (const char* config : {R"({"model_max_length":128})", "{\"model_max_length\": 512}\n"}) {
    EXPECT_EQ(copied(config), config);
  }
}

TEST_F(TokenizerCopy, WhatIsNoConfigurationIsRefused) { EXPECT_THROW(copied("[1]"), FormatError); }

}  // namespace
}  // namespace mana::jobs
