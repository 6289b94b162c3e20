#pragma once

#include <cstddef>

namespace mana::text {

/// What is called of MeCab's C interface (libmecab 0.99 and newer, https://taku910.github.io/mecab/libmecab.html). It
/// is declared here, so that no build needs its headers: few models ask for it.
namespace mecab {

struct Model;
struct Tagger;
struct Lattice;

/// mecab_node_t up to the field that is read last.
struct Node {
  Node *previous, *next, *next_ending_here, *next_beginning_here;
  void *right_path, *left_path;
  const char* surface;  ///< in the sentence; without the spaces before the word
  const char* feature;
  unsigned int id;
  unsigned short length;             ///< bytes of the word
  unsigned short length_with_space;  ///< and of the spaces before it
  unsigned short right_attribute, left_attribute, part_of_speech;
  unsigned char character_type;
  unsigned char status;
};
inline constexpr unsigned char kNormal = 0, kUnknown = 1;  ///< of status: words; others are the ends of a sentence

/// mecab_dictionary_info_t up to the field that is read last.
struct DictionaryInfo {
  const char* file;
  const char* charset;
};

}  // namespace mecab

struct MecabLibrary {
  mecab::Model* (*model_new)(int count, char** arguments);
  void (*model_destroy)(mecab::Model* model);
  const mecab::DictionaryInfo* (*model_dictionary_info)(mecab::Model* model);
  mecab::Tagger* (*model_new_tagger)(mecab::Model* model);
  void (*destroy)(mecab::Tagger* tagger);
  mecab::Lattice* (*model_new_lattice)(mecab::Model* model);
  void (*lattice_destroy)(mecab::Lattice* lattice);
  void (*lattice_set_sentence)(mecab::Lattice* lattice, const char* text, std::size_t size);
  const mecab::Node* (*lattice_bos)(mecab::Lattice* lattice);
  const char* (*lattice_error)(mecab::Lattice* lattice);
  int (*parse_lattice)(mecab::Tagger* tagger, mecab::Lattice* lattice);
  const char* (*error)(mecab::Tagger* none);
};

/// libmecab, loaded once, when a tokenizer first needs it; safe from several threads. Throws IoError when the machine
/// has none.
const MecabLibrary& libmecab();

}  // namespace mana::text
