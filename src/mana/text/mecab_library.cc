#include "mana/text/mecab_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "mana/base/errors.h"

namespace mana::text {
namespace {

constexpr const char* kFile = "libmecab.so.2";

template <class Function>
void find(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(::dlsym(library, name));
  if (function == nullptr) throw IoError(fmt::format("{} lacks {}: install libmecab2 0.996 or newer", kFile, name));
}

MecabLibrary load() {
  void* const library = ::dlopen(kFile, RTLD_NOW | RTLD_LOCAL);  // stays, for models are closed at any time
  if (library == nullptr) {
    throw IoError(fmt::format("the tokenizer needs MeCab: install libmecab2 and mecab-ipadic-utf8 ({})", ::dlerror()));
  }
  MecabLibrary mecab;
  find(library, "mecab_model_new", mecab.model_new);
  find(library, "mecab_model_destroy", mecab.model_destroy);
  find(library, "mecab_model_dictionary_info", mecab.model_dictionary_info);
  find(library, "mecab_model_new_tagger", mecab.model_new_tagger);
  find(library, "mecab_destroy", mecab.destroy);
  find(library, "mecab_model_new_lattice", mecab.model_new_lattice);
  find(library, "mecab_lattice_destroy", mecab.lattice_destroy);
  find(library, "mecab_lattice_set_sentence2", mecab.lattice_set_sentence);
  find(library, "mecab_lattice_get_bos_node", mecab.lattice_bos);
  find(library, "mecab_lattice_strerror", mecab.lattice_error);
  find(library, "mecab_parse_lattice", mecab.parse_lattice);
  find(library, "mecab_strerror", mecab.error);
  return mecab;
}

}  // namespace

const MecabLibrary& libmecab() {
  static const MecabLibrary loaded = load();
  return loaded;
}

}  // namespace mana::text
