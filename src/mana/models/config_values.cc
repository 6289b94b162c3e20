#include "mana/models/config_values.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <string>
#include <utility>

namespace mana::models {

using kernels::Activation;

Activation activation_of(const json::Value& name) {
  constexpr std::array<std::pair<std::string_view, Activation>, 9> kActivations = {
      {{"gelu", Activation::gelu},
       {"gelu_python", Activation::gelu},
       {"gelu_new", Activation::gelu_tanh},
       {"gelu_pytorch_tanh", Activation::gelu_tanh},
       {"relu", Activation::relu},
       {"silu", Activation::silu},
       {"swish", Activation::silu},
       {"tanh", Activation::tanh},
       {"sigmoid", Activation::sigmoid}}};
  for (const auto& [known, activation] : kActivations) {
    if (name.string() == known) return activation;
  }
  name.fail(fmt::format("is '{}', an activation that is not supported", name.string()));
}

std::size_t size_at(const json::Value& config, std::string_view key, std::int64_t most) {
  return static_cast<std::size_t>(config.at(key).integer(1, most));
}

float norm_epsilon_at(const json::Value& config, std::string_view key, float otherwise) {
  const auto value = config.find(key);
  if (!value) return otherwise;
  if (const double epsilon = value->number(); epsilon >= 0 && epsilon <= 1) return static_cast<float>(epsilon);
  value->fail("must be a number from 0 to 1");
}

float probability_at(const json::Value& config, std::string_view key, float otherwise) {
  const auto value = config.find(key);
  if (!value) return otherwise;
  if (const double probability = value->number(); probability >= 0 && probability < 1) {
    return static_cast<float>(probability);
  }
  value->fail("is not a probability from 0 to below 1");
}

double shortest(float value) { return std::strtod(fmt::format("{}", value).c_str(), nullptr); }

}  // namespace mana::models
