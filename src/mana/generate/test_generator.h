#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "mana/base/json.h"
#include "mana/generate/generator.h"
#include "mana/models/transformer/transformer_files.h"
#include "tests/support/source_path.h"

namespace mana::generate {

/// Small models of random weights, and what others translate with them (tools/golden/translation.py).
inline const std::filesystem::path kTranslationFixtures = fixture_path("translation");
inline constexpr Token kFixturePad = 60;

inline std::vector<Token> tokens_of(const json::Value& value) {
  std::vector<Token> tokens;
  for (const json::Value& token : value.array()) tokens.push_back(static_cast<Token>(token.integer(0, 1000)));
  return tokens;
}

inline std::vector<std::vector<Token>> rows_of(const json::Value& value) {
  std::vector<std::vector<Token>> rows;
  for (const json::Value& row : value.array()) rows.push_back(tokens_of(row));
  return rows;
}

inline Generator generator(const std::string& folder, kernels::Isa isa, kernels::Precision precision,
                           unsigned threads = 1) {
  const kernels::Table& kernels = kernels::table(isa, precision);
  auto model = models::load_transformer(kTranslationFixtures / folder, kernels.layout);
  return {std::make_shared<const models::Transformer>(std::move(model)), kernels, threads};
}

}  // namespace mana::generate
