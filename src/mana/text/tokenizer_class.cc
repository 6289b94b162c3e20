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

constexpr std::array<std::string_view, 4> kAnyStages = {"PreTrainedTokenizerFast", "PreTrainedTokenizer",
                                                        "TokenizersBackend", "PythonBackend"};

// What transformers knows beside these, and would run in place of the stages of tokenizer.json.
constexpr auto kOthers = std::to_array<std::string_view>({"AlbertTokenizer",
                                                          "BartTokenizer",
                                                          "BarthezTokenizer",
                                                          "BartphoTokenizer",
                                                          "BasicTokenizer",
                                                          "BertGenerationTokenizer",
                                                          "BertJapaneseTokenizer",
                                                          "BertweetTokenizer",
                                                          "BigBirdTokenizer",
                                                          "BioGptTokenizer",
                                                          "BlenderbotSmallTokenizer",
                                                          "BlenderbotTokenizer",
                                                          "ByT5Tokenizer",
                                                          "CLIPTokenizer",
                                                          "CTRLTokenizer",
                                                          "CamembertTokenizer",
                                                          "CanineTokenizer",
                                                          "CharacterTokenizer",
                                                          "ClvpTokenizer",
                                                          "CodeGenTokenizer",
                                                          "CodeLlamaTokenizer",
                                                          "CohereTokenizer",
                                                          "CpmAntTokenizer",
                                                          "CpmTokenizer",
                                                          "DPRReaderTokenizer",
                                                          "DebertaTokenizer",
                                                          "DebertaV2Tokenizer",
                                                          "DiaTokenizer",
                                                          "EsmTokenizer",
                                                          "EsmcTokenizer",
                                                          "FNetTokenizer",
                                                          "FSMTTokenizer",
                                                          "FlaubertTokenizer",
                                                          "FunnelTokenizer",
                                                          "GPT2Tokenizer",
                                                          "GPTNeoXJapaneseTokenizer",
                                                          "GPTNeoXTokenizer",
                                                          "GPTSw3Tokenizer",
                                                          "GemmaTokenizer",
                                                          "HerbertTokenizer",
                                                          "LEDTokenizer",
                                                          "LasrTokenizer",
                                                          "LayoutLMv2Tokenizer",
                                                          "LayoutLMv3Tokenizer",
                                                          "LayoutXLMTokenizer",
                                                          "LlamaTokenizer",
                                                          "LukeTokenizer",
                                                          "M2M100Tokenizer",
                                                          "MBart50Tokenizer",
                                                          "MBartTokenizer",
                                                          "MLukeTokenizer",
                                                          "MarianTokenizer",
                                                          "MarkupLMTokenizer",
                                                          "MecabTokenizer",
                                                          "MgpstrTokenizer",
                                                          "MvpTokenizer",
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
                                                          "RemBertTokenizer",
                                                          "RoCBertTokenizer",
                                                          "RoFormerTokenizer",
                                                          "RobertaTokenizer",
                                                          "SeamlessM4TTokenizer",
                                                          "SentencePieceBackend",
                                                          "Siglip2Tokenizer",
                                                          "SiglipTokenizer",
                                                          "SplinterTokenizer",
                                                          "T5Tokenizer",
                                                          "TapasTokenizer",
                                                          "UdopTokenizer",
                                                          "VitsTokenizer",
                                                          "Wav2Vec2CTCTokenizer",
                                                          "WhisperTokenizer",
                                                          "WordpieceTokenizer",
                                                          "XGLMTokenizer",
                                                          "XLMRobertaTokenizer",
                                                          "XLMTokenizer",
                                                          "XLNetTokenizer"});

bool is_one_of(std::string_view name, const auto& names) { return std::ranges::find(names, name) != names.end(); }

// Whether code of the model's own is meant to cut the text: {"AutoTokenizer": …}, or in old files a list.
bool has_own_code(const json::Value& config) {
  const auto map = config.find("auto_map");
  return map && (map->is_array() || (map->is_object() && map->find("AutoTokenizer")));
}

}  // namespace

TokenizerClass tokenizer_class(const ClassFiles& files) {
  const auto named = [](const std::optional<json::Value>& file) {
    return file ? file->find("tokenizer_class") : std::nullopt;
  };
  std::optional<json::Value> entry = named(files.config);
  if (!entry) entry = named(files.model);
  if (!entry) {
    if (files.config && has_own_code(*files.config) && !files.has_stages) {
      files.config->at("auto_map")
          .fail("names code of the model's own, which is not run; save its tokenizer as a tokenizer.json");
    }
    return files.model || files.config || !files.has_stages ? TokenizerClass::bert : TokenizerClass::file;
  }

  std::string_view name = entry->string();
  if (name.ends_with("Fast") && name != "PreTrainedTokenizerFast") name.remove_suffix(4);
  if (is_one_of(name, kLikeBert)) return TokenizerClass::bert;
  if (name == "MPNetTokenizer") return TokenizerClass::mpnet;
  if (is_one_of(name, kOthers)) {
    entry->fail(fmt::format("is {}, which cuts text in another way than BERT's tokenizer and is not supported", name));
  }
  if (files.has_stages) return TokenizerClass::file;
  if (is_one_of(name, kAnyStages))
    entry->fail(fmt::format("is {}, which needs a tokenizer.json, and there is none", name));
  entry->fail(fmt::format("is {}, which is code of the model's own and not run; save its tokenizer as a tokenizer.json",
                          printable(entry->string())));
}

}  // namespace mana::text
