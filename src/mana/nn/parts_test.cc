// The one list of parts: every part that holds weights is visited once, under its name and at its depth.
#include "mana/nn/parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mana/nn/embedding.h"
#include "mana/nn/encoder_layer.h"

namespace mana::nn {
namespace {

struct Nothing {
  static void parts(auto&, auto&&) {}
};

struct Head {
  LayerNorm norm;
  static void parts(auto& self, auto&& visit) { visit("norm", self.norm); }
};

struct Inner {
  EmbeddingTable word, position;
  std::vector<EncoderLayer> layers;

  static void parts(auto& self, auto&& visit) {
    visit("word", self.word, ByToken());
    visit("position", self.position);
    visit("layers", self.layers, Stack());
  }
};

struct Model {
  Inner inner;
  std::optional<Linear> shortcut;
  std::vector<std::variant<Nothing, Head>> heads;

  static void parts(auto& self, auto&& visit) {
    visit("", self.inner);
    visit("shortcut", self.shortcut);
    visit("heads", self.heads);
  }
};

Model model_of(std::size_t layers) {
  Model model;
  model.inner.layers.resize(layers);
  model.heads = {Nothing{}, Head{}};
  return model;
}

std::vector<std::string> of_layer(const std::string& layer) {
  return {layer + ".attend.query_key_value", layer + ".attend.output",       layer + ".attend_norm",
          layer + ".feed_forward.widen",     layer + ".feed_forward.narrow", layer + ".feed_norm"};
}

TEST(Walk, NamesEveryPartInTheOrderOfTheLayers) {
  Model model = model_of(2);
  model.shortcut.emplace();
  std::vector<std::string> names, expected = {"word", "position"};
  for (const char* layer : {"layers.0", "layers.1"}) {
    for (const std::string& part : of_layer(layer)) expected.push_back(part);
  }
  expected.insert(expected.end(), {"shortcut", "heads.1.norm"});
  walk(model, [&](const Place& place, auto&) { names.push_back(place.name); });
  EXPECT_EQ(names, expected);
}

TEST(Walk, KnowsTheDepthOfAPartAndWhatIsLookedUpByToken) {
  const Model model = model_of(2);
  std::map<std::string, Place> places;
  const std::size_t depth = walk(model, [&](const Place& place, const auto&) { places[place.name] = place; });
  EXPECT_EQ(depth, 3);
  EXPECT_EQ(places.at("word").depth, 0);
  EXPECT_EQ(places.at("layers.0.attend.output").depth, 1);
  EXPECT_EQ(places.at("layers.1.feed_norm").depth, 2);
  EXPECT_EQ(places.at("heads.1.norm").depth, 3) << "an element of a list that is no stack is no deeper than the list";
  for (const auto& [name, place] : places) EXPECT_EQ(place.by_token, name == "word") << name;
  EXPECT_EQ(walk(model.heads, [](const Place&, const auto&) {}), 0);
}

TEST(Walk, VisitsThePartsThemselves) {
  Model model = model_of(1);
  std::vector<const void*> parts;
  walk(model, [&](const Place&, auto& part) { parts.push_back(&part); });
  EXPECT_THAT(parts, testing::Contains(&model.inner.layers[0].attend.output));
  EXPECT_THAT(parts, testing::Contains(&std::get<Head>(model.heads[1]).norm));
}

TEST(Walk, AnEmptyOptionalHasNoParts) {
  const Model model = model_of(0);
  std::vector<std::string> names;
  walk(model, [&](const Place& place, const auto&) { names.push_back(place.name); });
  EXPECT_THAT(names, testing::ElementsAre("word", "position", "heads.1.norm"));
}

}  // namespace
}  // namespace mana::nn
