#include "mana/text/byte_level_classes.h"

#include <fmt/format.h>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/text/tokenizer_files.h"

namespace mana::text {
namespace {}  // namespace

bool is_byte_level(TokenizerClass kind) {
  return kind == TokenizerClass::gpt2 || kind == TokenizerClass::roberta || kind == TokenizerClass::clip ||
         kind == TokenizerClass::deberta;
}

Tokenizer::Pipeline byte_level_stages(const TokenizerFolder& files, const TokenizerSettings& settings) {
  const bool clip = settings.kind == TokenizerClass::clip;
  BytePairEncoding::Options options{.byte_level = true};
  if (clip) options.unknown_token = settings.unknown, options.end_suffix = "</w>";
  if (files.stages) {
    const auto type = files.stages->root().at("model").find("type");
    if (type && type->string() != "BPE")
      type->fail(
          fmt::format("is {}, but the tokenizer of the class that is named is a BPE", printable(type->string())));
  }
  Tokenizer::Pipeline pipeline{.model = files.stages ? read_merges(files.stages->root().at("model"), options)
                                                     : read_merges_file(files.path, options),
                               .decoders = {{ByteLevelDecoder{}}},
                               .place = (files.path / (files.stages ? "tokenizer.json" : "vocab.json")).string()};
  if (clip) {
    pipeline.normalizers.stages = {NormalForm{Equivalence::canonical, true}, SpaceRuns{" "}, Lowercase{}};
    pipeline.pre_tokenizers.stages = {ClipWords{}, Gpt2Words{}};
    pipeline.decoders.stages.emplace_back(SuffixDecoder{"</w>"});
  } else {
    if (files.flag("add_prefix_space", false)) pipeline.pre_tokenizers.stages.emplace_back(SpacePrefix{});
    pipeline.pre_tokenizers.stages.emplace_back(Gpt2Words{});
  }
  return pipeline;
}

void set_byte_level_template(const TokenizerFolder& files, const TokenizerSettings& settings,
                             Tokenizer::Pipeline& pipeline) {
  const auto id_of = [&](const std::string& token) {
    if (const auto id = pipeline.id(token)) return *id;
    throw FormatError(
        fmt::format("{} lacks the token \"{}\", which begins or ends every text", pipeline.place, printable(token)));
  };
  if (settings.kind == TokenizerClass::gpt2) {
    for (const std::string_view key : {"add_bos_token", "add_eos_token"}) {
      if (files.flag(key, false)) files.config->root().at(key).fail("is true, which is not supported");
    }
    return read_post_processor(files.stages ? files.stages->root().find("post_processor") : std::nullopt, pipeline);
  }
  const bool clip = settings.kind == TokenizerClass::clip;
  const TokenId first = id_of(clip ? settings.begin : settings.cls);
  const TokenId last = id_of(clip ? settings.end : settings.separator);
  pipeline.single = Template::roberta(false, first, last);
  pipeline.pair = Template::roberta(true, first, last);
  pipeline.trim_offsets = settings.kind == TokenizerClass::roberta && files.flag("trim_offsets", true);
  pipeline.prefix_space = pipeline.trim_offsets && files.flag("add_prefix_space", false);
}

}  // namespace mana::text
