// The peak of a matrix unit; compiled for AVX-512 only (see peak.cc).
#pragma once

#include <string_view>

#include "mana/kernels/cpu/tile-inl.h"
#include "mana/kernels/peak.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// Four sums, as in the kernel's block: an instruction is done before its sum's turn comes again.
template <class Product>
void run_tile_peak(std::uint64_t rounds, const void* a, const void* b, void* sums) {
  const Tiles tiles;
  auto* out = static_cast<std::byte*>(sums);
  load_tile<0>(out, kTileRowBytes);
  load_tile<1>(out + kTileBytes, kTileRowBytes);
  load_tile<2>(out + 2 * kTileBytes, kTileRowBytes);
  load_tile<3>(out + 3 * kTileBytes, kTileRowBytes);
  load_tile<4>(a, kTileRowBytes);
  load_tile<5>(static_cast<const std::byte*>(a) + kTileBytes, kTileRowBytes);
  load_tile<6>(b, kTileRowBytes);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    Product::template add<0, 4, 6>();
    Product::template add<1, 4, 6>();
    Product::template add<2, 4, 6>();
    Product::template add<3, 4, 6>();
    Product::template add<0, 5, 6>();
    Product::template add<1, 5, 6>();
    Product::template add<2, 5, 6>();
    Product::template add<3, 5, 6>();
  }
  store_tile<0>(out, kTileRowBytes);
  store_tile<1>(out + kTileBytes, kTileRowBytes);
  store_tile<2>(out + 2 * kTileBytes, kTileRowBytes);
  store_tile<3>(out + 3 * kTileBytes, kTileRowBytes);
}

template <class Product>
constexpr PeakLoop make_tile_peak(std::string_view instruction) {
  constexpr std::size_t kSums = 4, kOperands = 2;
  return {instruction, kTileBytes / sizeof(float), Product::kGroup, kTileRows, kSums,
          kOperands,   run_tile_peak<Product>};
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
