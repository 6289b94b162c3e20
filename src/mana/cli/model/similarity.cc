#include <fmt/format.h>

#include <string>
#include <vector>

#include "mana/cli/shell/broken_texts.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/engine/encoder.h"
#include "mana/jobs/json_text.h"
#include "mana/search/similarity.h"
#include "mana/text/cut_into_letters.h"

namespace mana::cli {

int similarity(Options& options) {
  std::vector<std::string> texts;
  EncoderChoice choice;
  bool json = false;
  options.arguments("TEXT", "Two texts", texts, 2);
  options.flag("--json", "Print a JSON object", json);
  choice.describe(options);
  if (!options.parse()) return 0;

  const engine::Encoder encoder = choice.load(options.quiet());
  const engine::Embeddings rows = encoder.embed(texts);
  const formats::Similarity measure = encoder.folder().similarity;
  std::string value;
  jobs::append_number(value, search::similarity(measure, rows[0], rows[1]));
  if (json) {
    print(fmt::format("{{\"similarity\":{},\"measure\":\"{}\",\"tokens\":[{},{}],\"truncated\":[{},{}]}}\n", value,
                      formats::name_of(measure), rows.texts[0].tokens, rows.texts[1].tokens, rows.texts[0].truncated,
                      rows.texts[1].truncated));
    return 0;
  }
  for (std::size_t i = 0; i < 2 && !options.quiet(); ++i) {
    if (!rows.texts[i].truncated) continue;
    note(fmt::format("of text {}, {} of {} tokens were used", i + 1, rows.texts[i].tokens, rows.texts[i].total_tokens));
  }
  const auto is_cut = [&](std::size_t i) { return text::is_cut_into_letters(texts[i], rows.texts[i].total_tokens); };
  if (!options.quiet()) note_cut_into_letters((is_cut(0) ? 1 : 0) + (is_cut(1) ? 1 : 0), 2, is_cut(0) ? 1 : 2);
  print(value + "\n");
  return 0;
}

}  // namespace mana::cli
