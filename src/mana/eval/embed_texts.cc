#include "mana/eval/embed_texts.h"

#include <algorithm>
#include <utility>

namespace mana::eval {

engine::Embeddings embed_texts(const engine::Encoder& encoder, std::span<const std::string> texts,
                               const TextProgress& progress, std::stop_token stop) {
  engine::Embeddings all{encoder.dimensions(), {}, {}};
  all.values.reserve(texts.size() * encoder.dimensions());
  const auto source = [&, next = std::size_t{0}](std::string& text) mutable {
    if (next == texts.size()) return false;
    text = texts[next++];
    return true;
  };
  const auto sink = [&](std::size_t first, std::span<const std::string>, const engine::Embeddings& rows) {
    all.values.insert(all.values.end(), rows.values.begin(), rows.values.end());
    all.texts.insert(all.texts.end(), rows.texts.begin(), rows.texts.end());
    if (progress) progress(first + rows.size());
  };
  encoder.stream(source, sink, std::move(stop));
  return all;
}

std::size_t truncated_texts(const engine::Embeddings& rows) {
  return static_cast<std::size_t>(std::ranges::count_if(rows.texts, &engine::TextInfo::truncated));
}

}  // namespace mana::eval
