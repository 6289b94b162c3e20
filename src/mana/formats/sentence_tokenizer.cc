#include "mana/formats/sentence_tokenizer.h"

namespace mana::formats {

text::Tokenizer load_tokenizer(const SentenceFolder& folder, std::optional<std::size_t> vectors) {
  return text::Tokenizer::load(folder.transformer,
                               {.file_alone = !folder.contextual, .lower_case = folder.lower_case, .vectors = vectors});
}

}  // namespace mana::formats
