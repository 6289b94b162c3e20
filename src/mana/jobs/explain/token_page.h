#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "mana/jobs/explain/explained_tokens.h"

/// Pages that show the tokens of texts (token_page_parts.h is what their scripts have in common).
namespace mana::jobs {

struct TokenPage {
  std::string_view kind;  ///< pages/page.h
  std::string title;
  std::string_view style;   ///< beyond kTokenStyle
  std::string body;         ///< HTML
  std::string_view script;  ///< behind kTokenScript
};

/// The page, whose script has `data`.
std::string html_of(TokenPage page, const nlohmann::ordered_json& data);

/// [[text, spelling, kind], …], as the script draws them: 2 stands for no text, 1 is joined to the token before it.
nlohmann::ordered_json page_tokens(const std::vector<ExplainedToken>& tokens);

}  // namespace mana::jobs
