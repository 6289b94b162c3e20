#pragma once

#include <gtest/gtest.h>

#include <map>
#include <span>
#include <string>

#include "mana/nn/embedding.h"
#include "mana/nn/layer_norm.h"
#include "mana/nn/linear.h"
#include "mana/nn/parts.h"

namespace mana::models {

/// A visitor of nn::walk() that notes the bytes of every part by name.
class PartBytes {
 public:
  void operator()(const nn::Place& place, const nn::EmbeddingTable& table) { add(place.name, table.bytes()); }
  void operator()(const nn::Place& place, const nn::Linear& linear) { add(place.name, linear.weights.bytes()); }
  void operator()(const nn::Place& place, const nn::LayerNorm& norm) {
    add(place.name + ".gamma", std::as_bytes(std::span(norm.gamma)));
    add(place.name + ".beta", std::as_bytes(std::span(norm.beta)));
  }
  std::map<std::string, std::string> parts;

 private:
  void add(const std::string& name, std::span<const std::byte> bytes) {
    EXPECT_TRUE(parts.emplace(name, std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size())).second);
  }
};

}  // namespace mana::models
