#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "mana/base/temporary_folder.h"
#include "tests/support/source_path.h"

namespace mana::jobs {

/// The folder of a translator of 61 tokens, </s>, t1, …, t59 and <pad>, which are words.
class TestTranslatorFolder {
 public:
  TestTranslatorFolder() {
    const std::filesystem::path fixture = fixture_path("translation/two_tables");
    for (const char* name : {"config.json", "generation_config.json", "model.safetensors"}) {
      std::filesystem::copy_file(fixture / name, folder_ / name);
    }
    std::string vocabulary = R"("</s>": 0)";
    for (int i = 1; i < 60; ++i) vocabulary += ", \"t" + std::to_string(i) + "\": " + std::to_string(i);
    std::ofstream(folder_ / "tokenizer_config.json") << R"({"tokenizer_class": "PreTrainedTokenizerFast"})";
    std::ofstream(folder_ / "tokenizer.json")
        << R"({"version": "1.0", "truncation": null, "padding": null, "normalizer": null, "decoder": null,
               "added_tokens": [{"id": 0, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
                                 "normalized": false, "special": true}],
               "pre_tokenizer": {"type": "WhitespaceSplit"},
               "post_processor": {"type": "TemplateProcessing",
                 "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
                 "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
                 "special_tokens": {"</s>": {"id": "</s>", "ids": [0], "tokens": ["</s>"]}}},
               "model": {"type": "WordLevel", "unk_token": "t1", "vocab": {)"
        << vocabulary << ", \"<pad>\": 60}}}";
  }

  const std::filesystem::path& path() const { return folder_.path(); }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

 private:
  TemporaryFolder folder_;
};

}  // namespace mana::jobs
