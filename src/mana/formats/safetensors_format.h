#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "mana/tensor/dtype.h"

/// What the reader and the writer of safetensors share.
namespace mana::formats::safetensors {

inline constexpr std::size_t kLengthBytes = 8;                 ///< the header's length stands before it, as u64
inline constexpr std::uint64_t kMaxHeader = 100'000'000;       ///< the reference implementation's own limit
inline constexpr std::string_view kMetadata = "__metadata__";  ///< the one key of the header that is no tensor

inline constexpr std::pair<std::string_view, DType> kDTypes[] = {
    {"F64", DType::f64}, {"F32", DType::f32}, {"F16", DType::f16},     {"BF16", DType::bf16}, {"I64", DType::i64},
    {"I32", DType::i32}, {"I16", DType::i16}, {"I8", DType::i8},       {"U64", DType::u64},   {"U32", DType::u32},
    {"U16", DType::u16}, {"U8", DType::u8},   {"BOOL", DType::boolean}};

}  // namespace mana::formats::safetensors
