#include "mana/data/text_source.h"

#include <memory>
#include <utility>
#include <vector>

#include "mana/base/json.h"
#include "mana/data/table_reader.h"

namespace mana::data {

// std::function needs what it holds to be copyable; readers are not, hence the shared pointers.

TextSource texts_of_lines(LineReader lines) {
  return [reader = std::make_shared<LineReader>(std::move(lines))](std::string& text) { return reader->next(text); };
}

TextSource texts_of_jsonl(LineReader lines, std::string field) {
  return [reader = std::make_shared<LineReader>(std::move(lines)), field = std::move(field),
          line = std::string()](std::string& text) mutable {
    do {
      if (!reader->next(line)) return false;
    } while (line.find_first_not_of(" \t\r") == std::string::npos);
    const json::Document document = json::Document::parse(line, reader->place());
    text = document.root().at(field).string();
    return true;
  };
}

TextSource texts_of_tsv(LineReader lines, const std::string& column) {
  auto table = std::make_shared<TableReader>(std::move(lines));
  return [table, index = table->column(column), fields = std::vector<std::string_view>()](std::string& text) mutable {
    if (!table->next(fields)) return false;
    text = fields[index];
    return true;
  };
}

}  // namespace mana::data
