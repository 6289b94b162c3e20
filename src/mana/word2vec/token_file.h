#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mana::word2vec {

/// Numbers of words, written once in order and read anywhere: a file without a name in the folder of temporary files
/// (TMPDIR), so that a corpus may be larger than memory. Nothing is left of it, whatever happens.
class TokenFile {
 public:
  /// Throws IoError, as all that follow do (disk full, …).
  TokenFile();
  ~TokenFile();
  TokenFile(TokenFile&& other) noexcept;
  TokenFile& operator=(TokenFile&& other) noexcept;

  void append(std::uint32_t token) {
    pending_.push_back(token);
    if (pending_.size() == kPending) flush();
  }
  /// What was appended can be read after it.
  void flush();
  /// Fills `tokens` from those that begin at `begin`. Thread-safe.
  void read(std::uint64_t begin, std::span<std::uint32_t> tokens) const;
  std::uint64_t size() const { return written_ + pending_.size(); }

 private:
  static constexpr std::size_t kPending = std::size_t{1} << 16;

  int descriptor_ = -1;
  std::uint64_t written_ = 0;
  std::vector<std::uint32_t> pending_;
};

/// Calls visit(token) for every token, in order.
template <class Visit>
void for_each_token(const TokenFile& file, Visit&& visit) {
  std::vector<std::uint32_t> tokens(std::size_t{1} << 16);
  for (std::uint64_t begin = 0; begin < file.size(); begin += tokens.size()) {
    if (file.size() - begin < tokens.size()) tokens.resize(static_cast<std::size_t>(file.size() - begin));
    file.read(begin, tokens);
    for (const std::uint32_t token : tokens) visit(token);
  }
}

}  // namespace mana::word2vec
