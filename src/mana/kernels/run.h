#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "mana/base/team.h"
#include "mana/kernels/profile.h"
#include "mana/kernels/table.h"
#include "mana/tensor/tensor.h"

namespace mana::kernels {

/// What a computation runs on: the kernels of one instruction-set level, memory, and either the calling thread alone
/// or a team of threads that split every operation between them. The bits of the result do not depend on which.
struct Run {
  const Table& kernels;
  Pool& pool;
  Team* team = nullptr;
  Profile* profile = nullptr;  ///< adds up there where the time goes

  Tensor tensor(std::size_t rows, std::size_t columns) const { return pool.tensor(rows, columns); }

  /// One of operands alone; of values where the layout has none.
  Tensor operands(std::size_t rows, std::size_t columns, const OperandLayout& layout) const {
    return layout.exists() ? pool.operands(rows, columns, layout) : tensor(rows, columns);
  }
  /// Gives x room for the operands of a linear map, where the kernels take any.
  void add_operands(Tensor& x) const {
    if (kernels.operands.exists()) pool.add_operands(x, kernels.operands.layout);
  }

  /// Calls work(begin, end, thread) for parts that together are [0, count).
  template <class Work>
  void split(std::size_t count, const Work& work) const {
    if (team == nullptr) return work(std::size_t{0}, count, 0U);
    const auto share = [&](unsigned thread) {
      const Part part = part_of(count, thread, team->size());
      if (part.begin < part.end) work(part.begin, part.end, thread);
    };
    team->run(std::cref(share));  // a reference needs no memory of its own in a std::function
  }
  unsigned threads() const { return team == nullptr ? 1 : team->size(); }

  Profile::Timer timer(std::string_view operation, double arithmetic = 0) const {
    return {profile, threads(), operation, arithmetic};
  }
};

}  // namespace mana::kernels
