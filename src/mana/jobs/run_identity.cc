#include "mana/jobs/run_identity.h"

#include <string>

#include "mana/base/xxh64.h"

namespace mana::jobs {

std::uint64_t sum_of_weights(std::span<const autograd::Parameter> parameters, std::uint64_t before) {
  std::uint64_t sum = before;
  for (const autograd::Parameter& parameter : parameters) {
    sum = xxh64(std::as_bytes(std::span<const float>(parameter.values)), sum);
  }
  return sum;
}

std::uint64_t sum_of_model(std::string_view shape, std::span<const autograd::Parameter> parameters) {
  return sum_of_weights(parameters, xxh64(std::as_bytes(std::span(shape))));
}

void add_kernels(const kernels::Table& table, train::RunIdentity& identity) {
  identity.settings.push_back({"--precision", std::string(kernels::name_of(table.precision))});
  identity.settings.push_back({"--isa", std::string(kernels::name_of(table.isa))});
}

}  // namespace mana::jobs
