#include "mana/data/foreign_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "mana/base/errors.h"
#include "mana/base/valid_utf8.h"

namespace mana::data {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kUnpack = "unpack it, or pack it with gzip or zstd, which are read";
constexpr std::string_view kConvert = "write its rows as .jsonl or .csv, for instance with pandas";
constexpr std::string_view kSave = "save its text as a file of its own";
constexpr std::string_view kNoText = "give a file of texts";

/// How files of a form begin; '?' stands for any byte.
struct Foreign {
  std::string_view bytes;
  std::string_view what;
  std::string_view way_out;
  std::size_t offset = 0;
};
constexpr std::array kForeign = std::to_array<Foreign>({
    {"BZh?1AY&SY"sv, "packed by bzip2", kUnpack},
    {"BZh?\x17\x72\x45\x38\x50\x90"sv, "packed by bzip2", kUnpack},
    {"\xFD"
     "7zXZ\0"sv,
     "packed by xz", kUnpack},
    {"\x5D\0\0"sv, "packed by lzma", kUnpack},
    {"\x04\x22\x4D\x18"sv, "packed by lz4", kUnpack},
    {"LZIP\x01"sv, "packed by lzip", kUnpack},
    {"\x1F\x9D"sv, "packed by compress", kUnpack},
    {"\x1F\x8B"sv, "packed by gzip once more", "unpack it once"},
    {"\x28\xB5\x2F\xFD"sv, "packed by zstd once more", "unpack it once"},
    {"7z\xBC\xAF\x27\x1C"sv, "a 7z archive", "take the files of texts out of it"},
    {"Rar!\x1A\x07"sv, "a RAR archive", "take the files of texts out of it"},
    {"PK\x03\x04"sv, "a zip archive", "take the files of texts out of it"},
    {"PK\x05\x06"sv, "an empty zip archive", kNoText},
    {"ustar"sv, "a tar archive", "take the files of texts out of it", 257},
    {"%PDF-?.?"sv, "a PDF document", "save its text, for instance with pdftotext"},
    {"{\\rtf"sv, "a rich text document", kSave},
    {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "a document of Microsoft Office",
     "save it as text, or a table as CSV in UTF-8"},
    {"PAR1\x15"sv, "a Parquet file", kConvert},
    {"ARROW1\0\0"sv, "an Arrow file", kConvert},
    {"FEA1\0\0\0\0"sv, "a Feather file", kConvert},
    {"Obj\x01"sv, "an Avro file", kConvert},
    {"\x89HDF\r\n\x1A\n"sv, "an HDF5 file", kConvert},
    {"SQLite format 3\0"sv, "an SQLite database", kConvert},
    {"\x93NUMPY"sv, "an array of NumPy", kNoText},
    {"\x80\x02}"sv, "a pickle of Python", kConvert},
    {"\x80\x03"sv, "a pickle of Python", kConvert},
    {"\x80\x04\x95"sv, "a pickle of Python", kConvert},
    {"\x80\x05\x95"sv, "a pickle of Python", kConvert},
    {"??\0\0\0\0\0\0{\""sv, "a file of tensors (safetensors)", kNoText},
    {"GGUF?\0\0\0"sv, "a model in GGUF", kNoText},
    {"\x89PNG\r\n\x1A\n"sv, "an image (PNG)", kNoText},
    {"\xFF\xD8\xFF"sv, "an image (JPEG)", kNoText},
    {"RIFF????WEBP"sv, "an image (WebP)", kNoText},
    {"RIFF????WAVE"sv, "a recording (WAV)", kNoText},
    {"OggS\0"sv, "a recording (Ogg)", kNoText},
    {"ID3\x03"sv, "a recording (MP3)", kNoText},
    {"ID3\x04"sv, "a recording (MP3)", kNoText},
    {"\x7F"
     "ELF"sv,
     "a program", kNoText},
});

bool agrees(std::string_view pattern, std::string_view bytes) {
  return std::equal(pattern.begin(), pattern.end(), bytes.begin(),
                    [](char wanted, char found) { return wanted == '?' || wanted == found; });
}

bool is(const Foreign& form, std::string_view beginning) {
  return beginning.size() >= form.offset + form.bytes.size() &&
         agrees(form.bytes, beginning.substr(form.offset, form.bytes.size()));
}

/// Documents of Office are zip archives; their folders tell which.
std::string_view what_zip(std::string_view beginning) {
  if (beginning.find("word/") != beginning.npos) return "a Word document (.docx)";
  if (beginning.find("xl/") != beginning.npos) return "an Excel workbook (.xlsx)";
  if (beginning.find("ppt/") != beginning.npos) return "a presentation (.pptx)";
  if (beginning.find("mimetypeapplication/") != beginning.npos) return "a document packed as zip (OpenDocument, EPUB)";
  if (beginning.find("data.pkl") != beginning.npos) return "a file of PyTorch";
  if (beginning.find(".npy") != beginning.npos) return "an archive of NumPy's arrays (.npz)";
  return "a zip archive";
}

[[noreturn]] void refuse(std::string_view name, std::string_view compression, std::string_view what,
                         std::string_view way_out) {
  throw FormatError(fmt::format("{} is {}{}, {}: {}", name,
                                compression.empty() ? "" : fmt::format("packed by {} and within that ", compression),
                                what, what.starts_with("packed") ? "which is not read" : "not text", way_out));
}

void require_few_controls(std::string_view sample, std::string_view name, std::string_view compression) {
  std::size_t controls = 0;           // that no text file needs, NUL among them
  std::array<std::size_t, 2> nuls{};  // at even and odd places
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const auto c = static_cast<unsigned char>(sample[i]);
    controls += c < ' ' && !(c >= '\a' && c <= '\r') && c != 0x1B ? 1 : 0;
    nuls[i % 2] += c == 0 ? 1 : 0;
  }
  if (controls < 2) return;
  const bool utf8 = is_utf8(sample);
  // In UTF-16 one byte of two is 0 in all Latin letters, and in spaces and line ends of every script.
  const bool little = nuls[1] > nuls[0];
  const std::size_t most = nuls[little ? 1 : 0], least = nuls[little ? 0 : 1];
  if (sample.size() >= 6 && most >= 2 && least * 10 <= most && (6 * controls > sample.size() || !utf8)) {
    refuse(name, compression, "UTF-16 without a byte order mark, by the look of it",
           fmt::format("make UTF-8 of it, for instance with iconv -f UTF-16{} -t UTF-8", little ? "LE" : "BE"));
  }
  // Of bytes by chance a tenth are such characters. Texts with a NUL here and there are read.
  constexpr std::size_t kFewest = 8;
  if (controls >= kFewest && controls * (utf8 ? 10 : 25) > sample.size())
    refuse(name, compression, "binary data", kNoText);
}

/// Carriage returns alone end the lines of old Macs, and of tables that are saved for them.
void require_line_feeds(std::string_view sample, std::string_view name) {
  const std::size_t at = sample.find('\r');
  if (at == sample.npos || at + 1 == sample.size() || sample.find('\n') != sample.npos) return;
  throw FormatError(fmt::format(
      "{} has lines that end with a carriage return alone, as on old Macs; convert it: tr '\\r' '\\n' <FILE >NEW",
      name));
}

}  // namespace

bool may_begin_otherwise(std::string_view beginning) {
  const auto begins = [&](std::string_view bytes) {
    return beginning.size() < bytes.size() && agrees(bytes.substr(0, beginning.size()), beginning);
  };
  for (const std::string_view mark : {"\xEF\xBB\xBF"sv, "\xFF\xFE\0\0"sv, "\0\0\xFE\xFF"sv, "\xFE\xFF"sv}) {
    if (begins(mark)) return true;
  }
  return std::ranges::any_of(kForeign, [&](const Foreign& form) {
    // What begins with any byte would have to be waited for always.
    return form.offset == 0 && form.bytes.front() != '?' && begins(form.bytes);
  });
}

void require_text(std::string_view beginning, std::string_view name, std::string_view compression) {
  for (const Foreign& form : kForeign) {
    if (!is(form, beginning)) continue;
    refuse(name, compression, form.bytes.starts_with("PK\x03") ? what_zip(beginning) : form.what, form.way_out);
  }
  constexpr std::size_t kSample = std::size_t{1} << 16;
  std::string_view sample = beginning.substr(0, kSample);
  // A character that breaks off at the end of what has come is not broken.
  for (int i = 0; i < 3 && !sample.empty() && (static_cast<unsigned char>(sample.back()) & 0x80U) != 0; ++i) {
    sample.remove_suffix(1);
  }
  require_few_controls(sample, name, compression);
  require_line_feeds(sample, name);
}

}  // namespace mana::data
