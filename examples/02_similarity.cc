// How alike are sentences? Prints the similarity of every pair, in the measure that the model's folder names.
//   02_similarity MODEL
#include <mana/engine.h>

#include <cstdio>
#include <exception>

int main(int count, char** arguments) try {
  if (count != 2) throw mana::ArgumentError("usage: 02_similarity MODEL");
  const mana::engine::Encoder encoder(arguments[1]);
  const std::vector<std::string> texts = {"A man is eating food.", "A man is eating a piece of bread.",
                                          "The girl is carrying a baby."};
  const mana::engine::Embeddings vectors = encoder.embed(texts);

  for (std::size_t a = 0; a < texts.size(); ++a) {
    for (std::size_t b = a + 1; b < texts.size(); ++b) {
      const float alike = mana::search::similarity(encoder.folder().similarity, vectors[a], vectors[b]);
      std::printf("%.3f  %s  |  %s\n", alike, texts[a].c_str(), texts[b].c_str());
    }
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
