#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "mana/base/printable.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/text_input.h"
#include "mana/formats/sentence_folder.h"
#include "mana/formats/sentence_tokenizer.h"
#include "mana/jobs/json_text.h"
#include "mana/text/tokenizer.h"

namespace mana::cli {
namespace {

enum class OffsetUnit { bytes, characters };

/// {"ids": […], "pieces": […], "offsets": [[begin, end], …], "truncated": false}
void append_json(std::string& out, const text::Tokenizer& tokenizer, const text::Encoding& encoding) {
  out += "{\"ids\":[";
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) out += fmt::format("{}{}", i > 0 ? "," : "", encoding.ids[i]);
  out += "],\"pieces\":[";
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    if (i > 0) out += ',';
    jobs::append_string(out, tokenizer.token(encoding.ids[i]));
  }
  out += "],\"offsets\":[";
  for (std::size_t i = 0; i < encoding.offsets.size(); ++i) {
    out += fmt::format("{}[{},{}]", i > 0 ? "," : "", encoding.offsets[i].begin, encoding.offsets[i].end);
  }
  out += fmt::format("],\"truncated\":{}}}\n", encoding.truncated);
}

/// A line for each token: id, piece, range; an empty line after the text.
void append_table(std::string& out, const text::Tokenizer& tokenizer, const text::Encoding& encoding) {
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    fmt::format_to(std::back_inserter(out), "{}\t{}\t", encoding.ids[i], escaped(tokenizer.token(encoding.ids[i])));
    if (encoding.special[i] == 0) {
      fmt::format_to(std::back_inserter(out), "{}-{}", encoding.offsets[i].begin, encoding.offsets[i].end);
    }
    out += '\n';
  }
  out += '\n';
}

}  // namespace

int tokenize(Options& options) {
  TextInput input;
  ModelChoice model;
  bool json = false;
  bool no_special_tokens = false;
  std::optional<std::size_t> max_tokens;
  OffsetUnit unit = OffsetUnit::bytes;
  input.describe(options);
  options.group("Output");
  options.flag("--json", "Print a JSON object for each text: ids, pieces, offsets", json);
  options.choice<OffsetUnit>("--offsets", "What offsets count",
                             {{"bytes", OffsetUnit::bytes}, {"characters", OffsetUnit::characters}}, unit);
  options.group("Model");
  model.describe(options);
  options.flag("--no-special-tokens", "Leave out what the model puts around a text", no_special_tokens);
  options.option("--max-tokens", "N", "Cut longer texts; without it, none is cut", max_tokens);
  if (!options.parse()) return 0;

  return run_interruptibly([&](const Interruption& interruption) {
    const data::Waiting waiting(interruption.token());
    const data::TextSource source = input.open(waiting);
    const formats::SentenceFolder folder = formats::read_sentence_folder(model.folder());
    const text::Tokenizer tokenizer = formats::load_tokenizer(folder);
    print_notes(tokenizer.notes(), options.quiet());
    text::SequentialTokenizer sequential(tokenizer);
    text::EncodeOptions encode;
    // A static embedding is the mean of a text's own tokens.
    encode.special_tokens = !no_special_tokens && folder.contextual;
    if (max_tokens) encode.max_tokens = *max_tokens;
    const std::stop_token stop = interruption.token();
    encode.stop = &stop;

    constexpr std::size_t kBlock = std::size_t{1} << 16;
    std::string text;
    std::string out;
    const data::Waiting::Meanwhile meanwhile = waiting.meanwhile([&] { print(std::exchange(out, {})); });
    while (source(text)) {
      text::Encoding encoding = sequential.encode(text, encode);
      if (unit == OffsetUnit::characters) encoding.offsets = text::to_code_points(text, encoding.offsets);
      json ? append_json(out, tokenizer, encoding) : append_table(out, tokenizer, encoding);
      if (out.size() > kBlock) print(std::exchange(out, {}));
      if (stop.stop_requested()) return interruption.exit_status();
    }
    print(out);
    return 0;
  });
}

}  // namespace mana::cli
