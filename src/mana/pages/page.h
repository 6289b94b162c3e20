#pragma once

#include <string>
#include <string_view>

namespace mana::pages {

/// What is put into the frame of a page.
struct Page {
  std::string_view kind;  ///< who writes such pages: "explain pairs". A file is known by it when it is to be replaced
  std::string title;      ///< as text; in the head of the page and above its body
  std::string_view style = {};  ///< rules beyond those of the frame (README.md lists its colours and classes)
  std::string body = {};        ///< HTML
  std::string_view script = {};
};

/// The page: one file of HTML that asks for nothing else, light or dark as the reader's system is.
std::string html_of(const Page& page);

/// Whether a file that begins so is a page of this kind.
bool is_page(std::string_view beginning, std::string_view kind);

/// Text as it may stand between tags and between double quotes; what HTML cannot hold becomes U+FFFD.
std::string escaped(std::string_view text);

}  // namespace mana::pages
