#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "mana/autograd/parameter.h"
#include "mana/kernels/table.h"
#include "mana/train/checkpoint.h"

namespace mana::jobs {

/// A sum of what a model is made of: its weights as they are before the first step, behind a sum of what else makes it.
std::uint64_t sum_of_weights(std::span<const autograd::Parameter> parameters, std::uint64_t before);
/// The same, behind its shape in words.
std::uint64_t sum_of_model(std::string_view shape, std::span<const autograd::Parameter> parameters);

/// Adds in which precision and by which instruction set is computed: other ones give other bits.
void add_kernels(const kernels::Table& table, train::RunIdentity& identity);

}  // namespace mana::jobs
