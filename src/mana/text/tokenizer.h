#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace mana::text {

using TokenId = std::int32_t;

/// A half-open range of bytes (or of Unicode code points, where a name says so) of the original text.
struct Offsets {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool operator==(const Offsets&) const = default;
};

/// Which text of a pair gives up tokens when both do not fit.
enum class Truncation { longest_first, only_first, only_second };

struct EncodeOptions {
  /// Special tokens included. What is above is cut off at the end, or at the beginning where the model's files say so.
  std::size_t max_tokens = std::numeric_limits<std::size_t>::max();
  Truncation truncation = Truncation::longest_first;
  bool special_tokens = true;
  /// Looked at every few thousand tokens, so that a text of any length can be given up: then Cancelled is thrown.
  const std::stop_token* stop = nullptr;
};

/// One text (or pair) as token ids, with all that is known about each.
struct Encoding {
  std::vector<TokenId> ids;
  std::vector<TokenId> type_ids;
  /// Bytes of the original text; special tokens that the template adds have {0, 0}.
  std::vector<Offsets> offsets;
  /// 1 for a token that the template added.
  std::vector<std::uint8_t> special;
  /// How many tokens the text has before truncation, special tokens included.
  std::size_t total_tokens = 0;
  bool truncated = false;
};

/// What the hot path of an encoder needs to know beside the ids.
struct TokenCount {
  std::size_t kept = 0;   ///< ids appended
  std::size_t total = 0;  ///< ids that there would have been without the limit
  bool truncated() const { return kept < total; }
};

/// How a model's files are read.
struct TokenizerOptions {
  /// `tokenizer.json` as it is and nothing beside it, with its own side of truncation: what a static embedding takes.
  bool file_alone = false;
  /// Lower case before all other stages unless one of them is just that: `do_lower_case` of sentence_bert_config.json.
  bool lower_case = false;
  /// How many ids the model has vectors for: special tokens that settings only name and that lie behind are left out.
  std::optional<std::size_t> vectors = {};
};

/// A text becomes ids through the stages of a Hugging Face `tokenizer.json`: added tokens, normaliser, pre-tokenizer,
/// model, post-processor; its truncation and padding entries are ignored, for the caller decides. Equal to the Rust
/// `tokenizers` id by id and offset by offset. Immutable; safe to share between threads. Input that is not UTF-8 is
/// read with U+FFFD in place of each broken sequence. Time is linear in the input, whatever it is. A text of more than
/// 1 GiB is an ArgumentError.
class Tokenizer {
 public:
  /// Reads what the files of a model's folder say, each with the weight that transformers 5 gives it: `tokenizer.json`
  /// or `vocab.txt`, `tokenizer_config.json`, `special_tokens_map.json`, `added_tokens.json` and the class that
  /// `config.json` may name. For BertTokenizer and its kin the settings decide (text is lower-cased unless they say
  /// no) and `tokenizer.json` gives the vocabulary and added tokens; for PreTrainedTokenizerFast and its kin, and where
  /// there is `tokenizer.json` alone, every stage is as it stands there. notes() says where files contradict each
  /// other. Throws IoError when there is neither file, FormatError when one is malformed or asks for what is not
  /// supported.
  static Tokenizer load(const std::filesystem::path& folder, const TokenizerOptions& options = {});

  /// The tokenizer as one block of bytes that a program of the same version starts from without reading JSON and
  /// hashing words. It is for little-endian machines and holds no addresses.
  std::vector<std::byte> compiled() const;
  /// What compiled() gave, equal in everything; the large tables are not copied but used where they are, and `owner`
  /// keeps them there. `place` names them in messages. Every size and index is checked: throws FormatError when they
  /// are broken or of another version, ArgumentError when they do not begin at a multiple of eight bytes.
  static Tokenizer from_compiled(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                                 std::string_view place = "compiled tokenizer");

  struct Pipeline;  ///< the stages, which only this module knows
  explicit Tokenizer(std::unique_ptr<const Pipeline> pipeline);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  /// Throws ArgumentError when `max_tokens` leaves no room for the special tokens, or the text that may be shortened
  /// has too few tokens; Cancelled when `stop` is requested.
  Encoding encode(std::string_view text, const EncodeOptions& options = {}) const;
  Encoding encode_pair(std::string_view first, std::string_view second, const EncodeOptions& options = {}) const;

  /// Appends the ids of one text to `ids`: encode() without offsets, for throughput. Reuses `ids`' memory.
  TokenCount append(std::string_view text, const EncodeOptions& options, std::vector<TokenId>& ids) const;

  /// Appends `content`, the ids of a text or of a part of one, with the template's special tokens around it.
  void wrap(std::span<const TokenId> content, std::vector<TokenId>& ids) const;

  /// The text that ids stand for, as the file's decoder would join them.
  std::string decode(std::span<const TokenId> ids, bool skip_special_tokens = true) const;

  std::size_t vocabulary_size() const;                           ///< added tokens included
  std::optional<TokenId> id(std::string_view token) const;       ///< nothing when unknown
  std::string_view token(TokenId id) const;                      ///< throws ArgumentError when no token has the id
  std::optional<std::string_view> find_token(TokenId id) const;  ///< nothing when no token has the id
  /// Of a translator's: pieces of its file that its list of tokens lacks, so that they become unknown tokens.
  std::size_t unlisted_pieces() const;
  std::size_t special_token_count(bool pair = false) const;  ///< what the template adds to a text
  /// `model_max_length` of `tokenizer_config.json`, or `max_len` as old files have it; nothing where there is no limit.
  /// Throws FormatError when it is said and is no number of tokens.
  std::optional<std::size_t> model_max_length() const;
  /// Whether a text that is too long loses its beginning instead of its end.
  bool truncates_left() const;
  /// Whether the token is one of those that the settings call special, and whether they call any so.
  bool is_special(TokenId id) const;
  bool names_special_tokens() const;
  /// Whether the template gives tokens types that the model is to know; else all are of type 0.
  bool has_types() const;
  /// Appends the types of a text's tokens, `count` with those of the template.
  void append_types(std::size_t count, std::vector<TokenId>& types) const;
  /// What files say and others overrule, as sentences.
  const std::vector<std::string>& notes() const;

  /// Throws FormatError, which names the token and the file, when an id that can come out is not below `vectors`, or a
  /// type of the template not below `types`. `model` names what has them.
  void require_vectors(std::size_t vectors, std::size_t types, std::string_view model) const;

 private:
  friend class SequentialTokenizer;
  std::unique_ptr<const Pipeline> pipeline_;
};

/// A tokenizer at work on one text after another in one thread: the same results in less time, because its memory and
/// how words were cut are kept for the next text. It refers to the tokenizer, which has to live longer.
class SequentialTokenizer {
 public:
  explicit SequentialTokenizer(const Tokenizer& tokenizer);
  SequentialTokenizer(SequentialTokenizer&&) noexcept;
  SequentialTokenizer& operator=(SequentialTokenizer&&) noexcept;
  ~SequentialTokenizer();

  Encoding encode(std::string_view text, const EncodeOptions& options = {});
  Encoding encode_pair(std::string_view first, std::string_view second, const EncodeOptions& options = {});
  TokenCount append(std::string_view text, const EncodeOptions& options, std::vector<TokenId>& ids);

 private:
  struct Memory;
  const Tokenizer::Pipeline* pipeline_;
  std::unique_ptr<Memory> memory_;
};

/// Byte ranges of `text` as ranges of code points, the unit of Python's strings.
std::vector<Offsets> to_code_points(std::string_view text, std::span<const Offsets> bytes);

}  // namespace mana::text
