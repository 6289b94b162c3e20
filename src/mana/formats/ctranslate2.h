#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/file.h"
#include "mana/formats/safetensors.h"

/// The `model.bin` of CTranslate2's folders.
namespace mana::formats {

/// What such a file holds. Integers stand for f32 values: see Ctranslate2::f32.
struct Ctranslate2Content {
  std::uint32_t version = 0;
  std::string specification;  ///< what kind of model it is: "TransformerSpec", "TransformerBase"
  std::uint32_t revision = 0;
  TensorTable variables;  ///< aliases among them; their bytes lie in the file that was parsed
};

/// Reads a whole file of the versions 2 to 6 and checks all of it: that every name is text, that the data of every
/// variable are as long as its shape says, that nothing stands twice and nothing follows. Integers of 32 bits are told
/// from f32 by the file itself from version 4 on; before, all that has four bytes is f32.
/// `name` stands for the file in messages. Throws FormatError that names the variable or the byte.
Ctranslate2Content parse_ctranslate2(std::span<const std::byte> file, const std::string& name);

/// Whether a file begins as such files do.
bool is_ctranslate2(std::span<const std::byte> file);
/// Whether a folder has such a `model.bin`, and no weights that are read as they are.
bool holds_ctranslate2(const std::filesystem::path& folder);

/// One file, mapped.
class Ctranslate2 {
 public:
  /// Throws IoError when the file cannot be read, FormatError as parse_ctranslate2() does.
  static Ctranslate2 open(const std::filesystem::path& path);
  /// Of bytes that the caller keeps.
  Ctranslate2(std::span<const std::byte> file, std::string name);

  const std::string& name() const { return name_; }
  const Ctranslate2Content& content() const { return content_; }
  /// nullptr when there is no such variable.
  const StoredTensor* find(std::string_view variable) const;
  /// Throws FormatError.
  const StoredTensor& at(std::string_view variable) const;

  /// The values of a variable. Those of i8 and i16 are q / s, with s from `<variable>_scale`: one number, or one for
  /// each row; i16 without one has s = 1000. Throws FormatError where there is no such variable, a scale is missing,
  /// has another shape or is no number above 0, or the type is another one.
  std::vector<float> f32(std::string_view variable) const;

  /// What is a single number: an option of the model. Nothing where there is none of this name. Throws FormatError
  /// where it has more elements, or is not finite.
  std::optional<double> number(std::string_view variable) const;

 private:
  explicit Ctranslate2(MappedFile file);
  /// The divisors of a variable's integers: one, or one for each row.
  std::vector<float> scales(std::string_view variable, const StoredTensor& integers) const;

  std::optional<MappedFile> file_;
  std::string name_;
  Ctranslate2Content content_;
};

}  // namespace mana::formats
