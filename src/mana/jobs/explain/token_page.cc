#include "mana/jobs/explain/token_page.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "mana/jobs/explain/token_page_parts.h"
#include "mana/pages/page.h"

namespace mana::jobs {
namespace {

using nlohmann::ordered_json;

/// JSON within a script element, which "</script" would leave.
std::string element_of(const ordered_json& data) {
  std::string json = data.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  for (std::size_t at = 0; (at = json.find('<', at)) != std::string::npos;) json.replace(at, 1, "\\u003c");
  return fmt::format("<script type=\"application/json\" id=\"data\">{}</script>\n", json);
}

}  // namespace

std::string html_of(TokenPage page, const ordered_json& data) {
  page.body += element_of(data);
  const std::string style = fmt::format("{}{}", kTokenStyle, page.style);
  const std::string script = fmt::format("{}{}", kTokenScript, page.script);
  return pages::html_of({.kind = page.kind,
                         .title = std::move(page.title),
                         .style = style,
                         .body = std::move(page.body),
                         .script = script});
}

ordered_json page_tokens(const std::vector<ExplainedToken>& tokens) {
  ordered_json list = ordered_json::array();
  for (const ExplainedToken& token : tokens) {
    list.push_back({token.text, token.token, !token.stands_for_text ? 2 : token.joined ? 1 : 0});
  }
  return list;
}

}  // namespace mana::jobs
