#include <mana/engine.h>

#include <iostream>

int main(int count, char** arguments) try {
  if (count != 2) throw mana::ArgumentError("usage: 01_embed MODEL");
  const mana::engine::Encoder encoder(arguments[1]);
  const std::vector<std::string> texts = {"A man is eating food.", "The girl is carrying a baby."};
  const mana::engine::Embeddings vectors = encoder.embed(texts);
  std::cout << vectors.size() << " vectors of " << vectors.dimensions << " numbers\n";
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
