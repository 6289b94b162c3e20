// Search by meaning: embeds a corpus once, then ranks it against each query.
//   03_search MODEL CORPUS.jsonl QUERY...        (each line of the corpus: {"title": …, "text": …})
#include <mana/base/json.h>
#include <mana/base/progress.h>
#include <mana/engine.h>
#include <mana/search/flat.h>

#include <cstdio>
#include <exception>
#include <fstream>

namespace {

constexpr std::size_t kAnswers = 3;

struct Paragraph {
  std::string title;
  std::string text;
};

std::vector<Paragraph> read_corpus(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw mana::IoError(path + ": cannot be opened; give a .jsonl file");
  std::vector<Paragraph> corpus;
  for (std::string line; std::getline(file, line);) {
    const auto document = mana::json::Document::parse(line, path + ":" + std::to_string(corpus.size() + 1));
    corpus.push_back(
        {std::string(document.root().at("title").string()), std::string(document.root().at("text").string())});
  }
  return corpus;
}

/// One vector for each paragraph, row after row; the corpus is streamed, so progress can be shown.
mana::engine::Embeddings embed_corpus(const mana::engine::Encoder& encoder, const std::vector<Paragraph>& corpus) {
  mana::engine::Embeddings vectors{.dimensions = encoder.dimensions(), .values = {}, .texts = {}};
  mana::Progress progress(2, "embedding", "paragraphs", corpus.size());
  std::size_t next = 0;
  encoder.stream(
      [&](std::string& text) {
        if (next == corpus.size()) return false;
        text = corpus[next].title + ": " + corpus[next].text;
        ++next;
        return true;
      },
      [&](std::size_t, std::span<const std::string>, const mana::engine::Embeddings& rows) {
        vectors.values.insert(vectors.values.end(), rows.values.begin(), rows.values.end());
        vectors.texts.insert(vectors.texts.end(), rows.texts.begin(), rows.texts.end());
        progress.set(vectors.size());
      });
  return vectors;
}

/// The beginning of a text, cut at a space.
std::string excerpt(const std::string& text) {
  constexpr std::size_t kLength = 96;
  if (text.size() <= kLength) return text;
  return text.substr(0, text.rfind(' ', kLength)) + " …";
}

void print(const std::string& query, const std::vector<mana::search::Hit>& hits, const std::vector<Paragraph>& corpus) {
  std::printf("\n%s\n", query.c_str());
  for (const auto& [similarity, document] : hits) {
    const Paragraph& found = corpus[document];
    std::printf("  %.3f  %s: %s\n", similarity, found.title.c_str(), excerpt(found.text).c_str());
  }
}

}  // namespace

int main(int count, char** arguments) try {
  if (count < 4) throw mana::ArgumentError("usage: 03_search MODEL CORPUS.jsonl QUERY...");
  const mana::engine::Encoder encoder(arguments[1]);
  const std::vector<Paragraph> corpus = read_corpus(arguments[2]);
  const mana::engine::Embeddings vectors = embed_corpus(encoder, corpus);

  // The paragraphs are laid out once, however many queries are asked of them.
  mana::Team team(encoder.threads());
  const mana::search::Flat paragraphs({vectors.values, vectors.dimensions}, encoder.folder().similarity,
                                      mana::kernels::table(encoder.isa()), team);
  const std::vector<std::string> queries(arguments + 3, arguments + count);
  const mana::engine::Embeddings asked = encoder.embed(queries);
  const auto hits = paragraphs.nearest({asked.values, asked.dimensions}, kAnswers, team);
  for (std::size_t i = 0; i < queries.size(); ++i) print(queries[i], hits[i], corpus);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
