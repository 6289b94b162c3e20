#include "mana/jobs/trained_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <system_error>

#include "mana/jobs/option_error.h"

namespace mana::jobs {
namespace {

/// The layer of "encoder.layer.3.output.dense.weight"; nothing where there is none.
std::optional<std::size_t> layer_of(std::string_view name) {
  constexpr std::string_view kMark = "encoder.layer.";
  const std::size_t place = name.find(kMark);
  if (place == std::string_view::npos) return {};
  std::size_t layer = 0;
  const char* const begin = name.data() + place + kMark.size();
  const auto [end, error] = std::from_chars(begin, name.data() + name.size(), layer);
  if (error != std::errc()) return {};
  return layer;
}

/// Whether an item of `freeze` means this parameter: layers "2" or "0-3", or a part of its name.
bool means(std::string_view item, std::string_view name) {
  std::size_t first = 0, last = 0;
  const char* const begin = item.data();
  const char* const end = begin + item.size();
  auto read = std::from_chars(begin, end, first);
  if (read.ec != std::errc()) return name.find(item) != std::string_view::npos;
  last = first;
  if (read.ptr != end && *read.ptr == '-') read = std::from_chars(read.ptr + 1, end, last);
  if (read.ec != std::errc() || read.ptr != end) return name.find(item) != std::string_view::npos;
  const std::optional<std::size_t> layer = layer_of(name);
  return layer && *layer >= first && *layer <= last;
}

}  // namespace

void settle_parameters(models::TrainableModel& model, double layer_decay, std::span<const std::string> freeze) {
  std::size_t layers = 0;
  for (const autograd::Parameter& parameter : model.parameters()) {
    if (const auto layer = layer_of(parameter.name)) layers = std::max(layers, *layer + 1);
  }
  for (autograd::Parameter& parameter : model.parameters()) {
    const auto layer = layer_of(parameter.name);
    const bool below = parameter.name.find("embeddings") != std::string::npos;
    const std::size_t depth = layer ? *layer + 1 : below ? 0 : layers + 1;
    parameter.rate_scale = static_cast<float>(std::pow(layer_decay, static_cast<double>(layers + 1 - depth)));
  }
  for (const std::string& item : freeze) {
    bool found = false;
    for (autograd::Parameter& parameter : model.parameters()) {
      if (!means(item, parameter.name)) continue;
      parameter.frozen = found = true;
    }
    if (!found) throw OptionError(fmt::format("`freeze`: no tensor of the model is meant by '{}'", item));
  }
  const auto trained = [](const autograd::Parameter& parameter) { return !parameter.frozen; };
  if (std::ranges::none_of(model.parameters(), trained)) {
    throw OptionError("`freeze`: nothing would be left to train; freeze less");
  }
}

}  // namespace mana::jobs
