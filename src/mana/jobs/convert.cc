#include "mana/jobs/convert.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "mana/base/atomic_folder.h"
#include "mana/base/file.h"
#include "mana/base/output_lock.h"
#include "mana/formats/listed_tokenizer.h"
#include "mana/formats/safetensors.h"
#include "mana/jobs/model_output.h"
#include "mana/jobs/transformers_output.h"
#include "mana/kernels/table.h"
#include "mana/models/transformer/ctranslate2.h"
#include "mana/models/transformer/transformer_files.h"
#include "mana/text/marian_tokenizers.h"

namespace mana::jobs {
namespace {

using std::filesystem::path;

void write_text(const path& file_path, std::string_view text) {
  AtomicFile file(file_path);
  file.write(text);
  file.commit();
}

void write_weights(const path& folder, const models::ConvertedTransformer& model) {
  std::vector<formats::TensorToWrite> tensors;
  tensors.reserve(model.tensors.size());
  for (const models::ConvertedTensor& tensor : model.tensors) {
    tensors.push_back({tensor.name, DType::f32, tensor.shape, std::as_bytes(std::span(tensor.values))});
  }
  formats::write_safetensors(folder / "model.safetensors", tensors);
  write_text(folder / "config.json", model.config.json());
}

/// How CTranslate2 searches where nothing else is said; lengths count the start here.
void write_search(const path& folder, const models::TransformerConfig& config) {
  const nlohmann::ordered_json search = {{"num_beams", 2},
                                         {"length_penalty", 1.0},
                                         {"min_length", 2},
                                         {"max_length", 257},
                                         {"decoder_start_token_id", config.start},
                                         {"eos_token_id", config.end},
                                         {"pad_token_id", config.pad}};
  write_text(folder / "generation_config.json", search.dump(2) + "\n");
}

/// MarianMT's lists for the pieces of files that are there.
void write_pieces(const path& source, const path& folder, const models::ConvertedTransformer& model) {
  for (const char* name : {"source.spm", "target.spm"}) write_text(folder / name, read_file(source / name));
  const auto write_list = [&](const char* name, const std::vector<std::string>& tokens) {
    nlohmann::ordered_json list = nlohmann::ordered_json::object();
    for (std::size_t id = 0; id < tokens.size(); ++id) list[tokens[id]] = id;
    write_text(folder / name, list.dump(2) + "\n");
  };
  const bool separate = model.vocabularies.source != model.vocabularies.target;
  write_list("vocab.json", model.vocabularies.source);
  if (separate) write_list("target_vocab.json", model.vocabularies.target);
  const auto pad = static_cast<std::size_t>(model.config.pad);
  const nlohmann::ordered_json config = {{"tokenizer_class", "MarianTokenizer"},
                                         {"separate_vocabs", separate},
                                         {"eos_token", model.tokens.end},
                                         {"unk_token", model.tokens.unknown},
                                         {"pad_token", model.vocabularies.target[pad]},
                                         {"model_max_length", model.config.positions}};
  write_text(folder / "tokenizer_config.json", config.dump(2) + "\n");
}

/// A folder for each language.
ConvertedTokenizer write_lists(const path& folder, const models::ConvertedTransformer& model) {
  const models::Ctranslate2Tokens& tokens = model.tokens;
  formats::ListedTokenizer source{.tokens = model.vocabularies.source,
                                  .unknown = tokens.unknown,
                                  .special = {tokens.begin, tokens.end, tokens.decoder_start, "<blank>", "<pad>"}};
  formats::ListedTokenizer target = source;
  target.tokens = model.vocabularies.target;
  if (tokens.source_begins) source.before = {tokens.begin};
  if (tokens.source_ends) source.behind = {tokens.end};
  target.behind = {tokens.end};
  for (const auto& [name, tokenizer] : {std::pair("source", &source), std::pair("target", &target)}) {
    std::filesystem::create_directory(folder / name);
    formats::write_listed_tokenizer(folder / name, *tokenizer);
  }
  return source.of_characters() && target.of_characters() ? ConvertedTokenizer::characters : ConvertedTokenizer::spaces;
}

std::uint64_t parameters_of(const models::ConvertedTransformer& model) {
  std::uint64_t count = 0;
  for (const models::ConvertedTensor& tensor : model.tensors) count += tensor.values.size();
  return count;
}

}  // namespace

ConvertResult convert_ctranslate2(const ConvertOptions& options) {
  require_other_folder(options.output, options.source, "converted");
  const OutputLock lock(options.output);
  AtomicFolder output = transformers_output(options.output, options.force);
  const models::ConvertedTransformer model = models::read_ctranslate2_transformer(options.source);
  const path& folder = output.temporary();
  write_weights(folder, model);
  write_search(folder, model.config);
  ConvertResult result{.config = model.config, .parameters = parameters_of(model)};
  if (file_exists(options.source / "source.spm") && file_exists(options.source / "target.spm")) {
    write_pieces(options.source, folder, model);
    result.tokenizer = ConvertedTokenizer::sentencepiece;
  } else {
    result.tokenizer = write_lists(folder, model);
  }
  models::load_transformer(folder, kernels::table(kernels::Isa::portable, kernels::Precision::f32).layout);
  text::read_marian_tokenizers(folder);
  output.commit();
  return result;
}

}  // namespace mana::jobs
