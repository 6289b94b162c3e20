#include "mana/text/tokenizer_class.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "mana/base/printable.h"

namespace mana::text {
namespace {

// Without the "Fast" that many of them have behind.
constexpr std::array<std::string_view, 10> kLikeBert = {"BertTokenizer",
                                                        "DistilBertTokenizer",
                                                        "ElectraTokenizer",
                                                        "MobileBertTokenizer",
                                                        "ConvBertTokenizer",
                                                        "LayoutLMTokenizer",
                                                        "LxmertTokenizer",
                                                        "SqueezeBertTokenizer",
                                                        "DPRContextEncoderTokenizer",
                                                        "DPRQuestionEncoderTokenizer"};

// A class, and a type of models whose tokenizer it is.
struct KnownClass {
  std::string_view name, model_type;
  TokenizerClass kind;
};
constexpr auto kByteLevel = std::to_array<KnownClass>({{"GPT2Tokenizer", "gpt2", TokenizerClass::gpt2},
                                                       {"CLIPTokenizer", "clip", TokenizerClass::clip},
                                                       {"DebertaTokenizer", "deberta", TokenizerClass::deberta},
                                                       {"RobertaTokenizer", "roberta", TokenizerClass::roberta},
                                                       {"RobertaTokenizer", "data2vec-text", TokenizerClass::roberta},
                                                       {"RobertaTokenizer", "ibert", TokenizerClass::roberta},
                                                       {"BartTokenizer", "bart", TokenizerClass::roberta},
                                                       {"LEDTokenizer", "led", TokenizerClass::roberta},
                                                       {"LongformerTokenizer", "longformer", TokenizerClass::roberta},
                                                       {"MvpTokenizer", "mvp", TokenizerClass::roberta}});

constexpr std::array<std::string_view, 4> kAnyStages = {"PreTrainedTokenizerFast", "PreTrainedTokenizer",
                                                        "TokenizersBackend", "PythonBackend"};

// Their stages in transformers are those of their tokenizer.json, which was made of a file of SentencePiece.
constexpr std::array<std::string_view, 9> kOfPieces = {"AlbertTokenizer", "BigBirdTokenizer",    "CamembertTokenizer",
                                                       "MBartTokenizer",  "MBart50Tokenizer",    "RemBertTokenizer",
                                                       "T5Tokenizer",     "XLMRobertaTokenizer", "XLNetTokenizer"};
// Those whose `.model` file is enough.
constexpr auto kOfPiecesAlone =
    std::to_array<KnownClass>({{"T5Tokenizer", "t5", TokenizerClass::pieces},
                               {"T5Tokenizer", "mt5", TokenizerClass::pieces},
                               {"XLMRobertaTokenizer", "xlm-roberta", TokenizerClass::pieces},
                               {"AlbertTokenizer", "albert", TokenizerClass::albert},
                               {"CamembertTokenizer", "camembert", TokenizerClass::camembert},
                               {"XLNetTokenizer", "xlnet", TokenizerClass::xlnet}});
// And types of models with other classes, whose ids and stages are not those that the name of their file promises.
constexpr auto kOtherPieces = std::to_array<std::string_view>(
    {"barthez",  "bert-generation", "big_bird",     "bigbird_pegasus", "code_llama",     "cpm",      "deberta-v2",
     "fnet",     "gemma",           "gemma2",       "gemma3_text",     "layoutxlm",      "llama",    "m2m_100",
     "marian",   "mbart",           "mistral",      "mluke",           "nllb",           "pegasus",  "plbart",
     "reformer", "rembert",         "seamless_m4t", "siglip",          "speech_to_text", "speecht5", "udop",
     "xglm"});

// What transformers knows beside these, and would run in place of the stages of tokenizer.json.
constexpr auto kOthers = std::to_array<std::string_view>({"BarthezTokenizer",
                                                          "BartphoTokenizer",
                                                          "BasicTokenizer",
                                                          "BertGenerationTokenizer",
                                                          "BertweetTokenizer",
                                                          "BioGptTokenizer",
                                                          "BlenderbotSmallTokenizer",
                                                          "BlenderbotTokenizer",
                                                          "ByT5Tokenizer",
                                                          "CTRLTokenizer",
                                                          "CanineTokenizer",
                                                          "CharacterTokenizer",
                                                          "ClvpTokenizer",
                                                          "CodeGenTokenizer",
                                                          "CodeLlamaTokenizer",
                                                          "CohereTokenizer",
                                                          "CpmAntTokenizer",
                                                          "CpmTokenizer",
                                                          "DPRReaderTokenizer",
                                                          "DebertaV2Tokenizer",
                                                          "DiaTokenizer",
                                                          "EsmTokenizer",
                                                          "EsmcTokenizer",
                                                          "FNetTokenizer",
                                                          "FSMTTokenizer",
                                                          "FlaubertTokenizer",
                                                          "FunnelTokenizer",
                                                          "GPTNeoXJapaneseTokenizer",
                                                          "GPTNeoXTokenizer",
                                                          "GPTSw3Tokenizer",
                                                          "GemmaTokenizer",
                                                          "HerbertTokenizer",
                                                          "LasrTokenizer",
                                                          "LayoutLMv2Tokenizer",
                                                          "LayoutLMv3Tokenizer",
                                                          "LayoutXLMTokenizer",
                                                          "LlamaTokenizer",
                                                          "LukeTokenizer",
                                                          "M2M100Tokenizer",
                                                          "MLukeTokenizer",
                                                          "MarkupLMTokenizer",
                                                          "MecabTokenizer",
                                                          "MgpstrTokenizer",
                                                          "MyT5Tokenizer",
                                                          "NllbTokenizer",
                                                          "NougatTokenizer",
                                                          "OpenAIGPTTokenizer",
                                                          "PLBartTokenizer",
                                                          "ParakeetTokenizer",
                                                          "PegasusTokenizer",
                                                          "PerceiverTokenizer",
                                                          "PhobertTokenizer",
                                                          "ProphetNetTokenizer",
                                                          "Qwen2Tokenizer",
                                                          "Qwen3_5Tokenizer",
                                                          "RagTokenizer",
                                                          "ReformerTokenizer",
                                                          "RoCBertTokenizer",
                                                          "RoFormerTokenizer",
                                                          "SeamlessM4TTokenizer",
                                                          "SentencePieceBackend",
                                                          "Siglip2Tokenizer",
                                                          "SiglipTokenizer",
                                                          "SplinterTokenizer",
                                                          "TapasTokenizer",
                                                          "UdopTokenizer",
                                                          "VitsTokenizer",
                                                          "Wav2Vec2CTCTokenizer",
                                                          "WhisperTokenizer",
                                                          "WordpieceTokenizer",
                                                          "XGLMTokenizer",
                                                          "XLMTokenizer"});

bool is_one_of(std::string_view name, const auto& names) { return std::ranges::find(names, name) != names.end(); }

bool is_unigram(const json::Value& stages) {
  const auto model = stages.find("model");
  const auto type = model && model->is_object() ? model->find("type") : std::nullopt;
  return type && type->is_string() && type->string() == "Unigram";
}

// Whether code of the model's own is meant to cut the text: {"AutoTokenizer": …}, or in old files a list.
bool has_own_code(const json::Value& config) {
  const auto map = config.find("auto_map");
  return map && (map->is_array() || (map->is_object() && map->find("AutoTokenizer")));
}

// That of a `.model` file beside nothing but a type of models.
TokenizerClass class_of_pieces(const json::Value& model_type) {
  const auto* const found = std::ranges::find(kOfPiecesAlone, model_type.string(), &KnownClass::model_type);
  if (found != kOfPiecesAlone.end()) return found->kind;
  if (is_one_of(model_type.string(), kOtherPieces)) {
    model_type.fail(
        fmt::format("is {}, whose tokenizer needs a tokenizer.json, and there is none", model_type.string()));
  }
  return TokenizerClass::pieces;
}

}  // namespace

TokenizerClass tokenizer_class(const ClassFiles& files) {
  const auto named = [](const std::optional<json::Value>& file) {
    return file ? file->find("tokenizer_class") : std::nullopt;
  };
  std::optional<json::Value> entry = named(files.config);
  if (!entry) entry = named(files.model);
  const bool has_stages = files.stages.has_value();
  if (!entry && files.has_sides && !has_stages) return TokenizerClass::marian;
  if (!entry && files.model) {
    if (const auto family = files.model->find("model_type"); family && family->is_string()) {
      if (family->string() == "marian" && files.has_sides) return TokenizerClass::marian;
      const KnownClass* found = std::ranges::find(kByteLevel, family->string(), &KnownClass::model_type);
      if (found != kByteLevel.end() && (has_stages || files.has_merges)) return found->kind;
      if (!has_stages && files.has_pieces) return class_of_pieces(*family);
    }
  }
  if (!entry && files.has_merges && !has_stages) return TokenizerClass::gpt2;
  if (!entry) {
    if (!has_stages && files.has_pieces) return TokenizerClass::pieces;
    if (files.config && has_own_code(*files.config) && !has_stages) {
      files.config->at("auto_map")
          .fail("names code of the model's own, which is not run; save its tokenizer as a tokenizer.json");
    }
    if (has_stages && is_unigram(*files.stages)) return TokenizerClass::file;
    return files.model || files.config || !has_stages ? TokenizerClass::bert : TokenizerClass::file;
  }

  std::string_view name = entry->string();
  if (name.ends_with("Fast") && name != "PreTrainedTokenizerFast") name.remove_suffix(4);
  if (is_one_of(name, kLikeBert)) return TokenizerClass::bert;
  if (name == "MPNetTokenizer") return TokenizerClass::mpnet;
  if (name == "MarianTokenizer") {
    if (files.has_sides) return TokenizerClass::marian;
    if (has_stages) return TokenizerClass::file;
    entry->fail("is MarianTokenizer, which needs source.spm, target.spm and vocab.json, and they are not all there");
  }
  if (name == "BertJapaneseTokenizer") return TokenizerClass::bert_japanese;
  if (is_one_of(name, kOfPieces)) {
    if (has_stages) return TokenizerClass::file;
    const auto* const alone = std::ranges::find(kOfPiecesAlone, name, &KnownClass::name);
    if (files.has_pieces && alone != kOfPiecesAlone.end()) return alone->kind;
    entry->fail(fmt::format("is {}, which needs a tokenizer.json, and there is none", name));
  }
  if (const auto* found = std::ranges::find(kByteLevel, name, &KnownClass::name); found != kByteLevel.end()) {
    return found->kind;
  }
  if (is_one_of(name, kOthers)) {
    entry->fail(fmt::format("is {}, which cuts text in another way than BERT's tokenizer and is not supported", name));
  }
  if (has_stages) return TokenizerClass::file;
  if (files.has_pieces && is_one_of(name, kAnyStages)) return TokenizerClass::pieces;
  if (is_one_of(name, kAnyStages))
    entry->fail(fmt::format("is {}, which needs a tokenizer.json, and there is none", name));
  entry->fail(fmt::format("is {}, which is code of the model's own and not run; save its tokenizer as a tokenizer.json",
                          printable(entry->string())));
}

}  // namespace mana::text
