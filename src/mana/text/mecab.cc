#include "mana/text/mecab.h"

#include <fmt/format.h>
#include <strings.h>

#include <mutex>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/printable.h"
#include "mana/text/mecab_library.h"
#include "mana/text/unicode.h"
#include "mana/text/utf8.h"

namespace mana::text {
namespace {

namespace fs = std::filesystem;

struct Destroy {
  void operator()(mecab::Model* model) const { libmecab().model_destroy(model); }
  void operator()(mecab::Tagger* tagger) const { libmecab().destroy(tagger); }
  void operator()(mecab::Lattice* lattice) const { libmecab().lattice_destroy(lattice); }
};
template <class T>
using Owned = std::unique_ptr<T, Destroy>;

Owned<mecab::Model> open(const MecabDictionary& dictionary) {
  const MecabLibrary& library = libmecab();
  std::string folder = dictionary.folder, rc = dictionary.rc;
  if (!dictionary.name.empty()) {
    if (folder.empty()) folder = find_mecab_dictionary(dictionary.name).string();
    if (rc.empty()) rc = "/dev/null";  // no words of the machine's own beside those of a dictionary with a name
  }
  if (!folder.empty() && !file_exists(fs::path(folder) / "sys.dic")) {
    throw IoError(fmt::format("the tokenizer needs MeCab's dictionary {}, and no sys.dic is there", printable(folder)));
  }
  std::vector<std::string> words = {"mana"};
  if (!folder.empty()) words.insert(words.end(), {"-d", folder});
  if (!rc.empty()) words.insert(words.end(), {"-r", rc});
  std::vector<char*> arguments;
  arguments.reserve(words.size());
  for (std::string& word : words) arguments.push_back(word.data());
  Owned<mecab::Model> model(library.model_new(static_cast<int>(arguments.size()), arguments.data()));
  if (model == nullptr) {
    throw IoError(fmt::format("MeCab cannot open {}: {}", folder.empty() ? "the dictionary of its mecabrc" : folder,
                              printable(library.error(nullptr))));
  }
  return model;
}

// Where the part of a text ends that is cut at once: at its end, or behind the last line end, else the last mark, else
// where there are too many bytes.
std::size_t end_of_part(std::string_view text) {
  if (text.size() <= Mecab::kMostRun) return text.size();
  std::size_t line = 0, mark = 0;  // where the last one ends
  bool between = false;            // what is no mark was before
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = at + code_point_size(text[at]);
    if (end > Mecab::kMostBytes) return line > 0 ? line : mark > 0 ? mark : at;
    if (end - mark > Mecab::kMostRun) return at;
    const char* next = text.data() + at;
    const bool is_mark = has(decode(next), kWhitespace | kPunctuation);
    if (is_mark && between) mark = end;
    if (text[at] == '\n') line = end;
    between = !is_mark;
    at = end;
  }
  return text.size();
}

}  // namespace

struct Mecab::Shared {
  explicit Shared(const MecabDictionary& dictionary) : model(open(dictionary)) {
    const MecabLibrary& library = libmecab();
    const mecab::DictionaryInfo* const info = library.model_dictionary_info(model.get());
    folder = fs::path(info->file).parent_path().string();
    if (::strcasecmp(info->charset, "UTF-8") != 0 && ::strcasecmp(info->charset, "UTF8") != 0) {
      throw FormatError(fmt::format("{}: MeCab's dictionary is in {}, not in UTF-8; install mecab-ipadic-utf8", folder,
                                    printable(info->charset)));
    }
    tagger.reset(library.model_new_tagger(model.get()));
    if (tagger == nullptr) throw IoError(fmt::format("{}: {}", folder, printable(library.error(nullptr))));
  }

  // A lattice of nobody else until it is given back.
  Owned<mecab::Lattice> take() {
    const std::lock_guard lock(mutex);
    if (idle.empty()) return Owned<mecab::Lattice>(libmecab().model_new_lattice(model.get()));
    Owned<mecab::Lattice> lattice = std::move(idle.back());
    idle.pop_back();
    return lattice;
  }
  void give_back(Owned<mecab::Lattice> lattice) {
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(lattice));
  }

  // Adds the words of a part that begins at `begin` of its text. MeCab is given the part's size, but looks for a zero
  // behind it where the part ends with white space: so it gets a copy.
  void cut(const std::string& sentence, std::size_t begin, mecab::Lattice& lattice, GrowingArray<Range>& words) {
    const MecabLibrary& library = libmecab();
    library.lattice_set_sentence(&lattice, sentence.data(), sentence.size());
    if (library.parse_lattice(tagger.get(), &lattice) == 0) {
      constexpr std::size_t kLeast = 256;  // bytes, whose costs no sum is too small for
      if (sentence.size() < kLeast) {
        throw FormatError(
            fmt::format("{}: MeCab cannot cut a text: {}", folder, printable(library.lattice_error(&lattice))));
      }
      std::size_t half = sentence.size() / 2;
      while (is_continuation(sentence[half])) --half;
      cut(sentence.substr(0, half), begin, lattice, words);
      return cut(sentence.substr(half), begin + half, lattice, words);
    }
    for (const mecab::Node* node = library.lattice_bos(&lattice); node != nullptr; node = node->next) {
      if (node->status != mecab::kNormal && node->status != mecab::kUnknown) continue;
      const auto at = static_cast<std::uint32_t>(begin + static_cast<std::size_t>(node->surface - sentence.data()));
      if (node->length > 0) words.push_back({at, at + node->length});
    }
  }

  Owned<mecab::Model> model;
  Owned<mecab::Tagger> tagger;
  std::string folder;
  std::mutex mutex;
  std::vector<Owned<mecab::Lattice>> idle;
};

Mecab::Mecab(MecabDictionary dictionary)
    : dictionary_(std::move(dictionary)), shared_(std::make_shared<Shared>(dictionary_)) {}

std::string Mecab::folder() const { return shared_->folder; }

void Mecab::operator()(std::string_view text, Range part, GrowingArray<Range>& words) const {
  Owned<mecab::Lattice> lattice = shared_->take();
  for (std::size_t at = part.begin; at < part.end;) {
    std::string_view rest = text.substr(at, part.end - at);
    rest = rest.substr(0, rest.find('\0'));
    rest = rest.substr(0, end_of_part(rest));
    if (!rest.empty()) shared_->cut(std::string(rest), at, *lattice, words);
    at += rest.size();
    while (at < part.end && text[at] == '\0') ++at;
  }
  shared_->give_back(std::move(lattice));
}

}  // namespace mana::text
