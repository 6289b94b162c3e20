#pragma once

#include <string_view>

/// The names of a packed model's sections, which its reader and its writer share.
namespace mana::models {

/// In what the model is meant to be computed: "f32", "bf16" or "int8".
inline constexpr std::string_view kPrecisionSection = "precision:text";

/// The layouts that the linear maps are there in: "bf16-32x2 i8-32x4".
inline constexpr std::string_view kLayoutsSection = "layouts:text";

/// The tokenizer, as text::Tokenizer::compiled() gives it.
inline constexpr std::string_view kTokenizerSection = "tokenizer:compiled";

}  // namespace mana::models
