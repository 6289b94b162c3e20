#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace mana::text {

/// Which dictionary MeCab cuts words by.
struct MecabDictionary {
  std::string name = {};    ///< "ipadic", "unidic_lite" or "unidic"; empty: the one that mecabrc names
  std::string folder = {};  ///< where it lies, whatever its name (MeCab's option -d)
  std::string rc = {};      ///< a mecabrc to read in place of the machine's (-r)

  /// Adds what MeCab's options say: -d DIR or --dicdir=DIR, -r FILE or --rcfile=FILE. Those for the format of its
  /// output
  /// (-O, --output-format-type) change no word and are passed over. Throws ArgumentError that names any other: "asks
  /// MeCab for …".
  void add_options(std::string_view options);
  bool operator==(const MecabDictionary&) const = default;
};

/// Whether it is a name of a dictionary that is known.
bool is_mecab_dictionary(std::string_view name);

/// The folder of a dictionary by its name: beside the one that a mecabrc names (MECABRC, ~/.mecabrc,
/// /usr/local/etc/mecabrc, /etc/mecabrc), else where packages put dictionaries. Throws IoError that says which to
/// install when there is none.
std::filesystem::path find_mecab_dictionary(std::string_view name);

}  // namespace mana::text
