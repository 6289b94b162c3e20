#pragma once

#include <string_view>

/// What is in a file that holds no text, told by how it begins.
namespace mana::data {

/// Whether more bytes could still show that this is the beginning of something else than plain text in UTF-8.
bool may_begin_otherwise(std::string_view beginning);

/// Throws FormatError, which says what the file is and how to make a text of it, where these are the first bytes of
/// what is known to be none (bzip2, xz, zip, PDF, images, Parquet, NumPy's arrays, …), of UTF-16 without a byte order
/// mark, or of what has far more control characters than a text. `compression` is what the bytes were unpacked from;
/// may be empty.
void require_text(std::string_view beginning, std::string_view name, std::string_view compression = {});

}  // namespace mana::data
