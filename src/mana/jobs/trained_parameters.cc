#include "mana/jobs/trained_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <system_error>

#include "mana/jobs/option_error.h"

namespace mana::jobs {
namespace {

/// Whether an item of `freeze` means this parameter of a model: layers "2" or "0-3", the embeddings below them, or a
/// part of its name.
bool means(std::string_view item, const autograd::Parameter& parameter, const models::TrainableModel& model) {
  const bool below = parameter.depth == 0 && model.depth() > 0;
  const bool named = (below && item == "embeddings") || parameter.name.find(item) != std::string::npos;
  std::size_t first = 0, last = 0;
  const char* const begin = item.data();
  const char* const end = begin + item.size();
  auto read = std::from_chars(begin, end, first);
  if (read.ec != std::errc()) return named;
  last = first;
  if (read.ptr != end && *read.ptr == '-') read = std::from_chars(read.ptr + 1, end, last);
  if (read.ec != std::errc() || read.ptr != end) return named;
  return parameter.depth > 0 && parameter.depth < model.depth() && parameter.depth > first &&
         parameter.depth - 1 <= last;
}

}  // namespace

void settle_parameters(models::TrainableModel& model, double layer_decay, std::span<const std::string> freeze) {
  for (autograd::Parameter& parameter : model.parameters()) {
    const auto above = static_cast<double>(model.depth() - parameter.depth);
    parameter.rate_scale = static_cast<float>(std::pow(layer_decay, above));
  }
  for (const std::string& item : freeze) {
    bool found = false;
    for (autograd::Parameter& parameter : model.parameters()) {
      if (!means(item, parameter, model)) continue;
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
