#include "mana/formats/other_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <vector>

#include "mana/base/errors.h"
#include "mana/formats/ctranslate2.h"
#include "mana/formats/safetensors.h"

namespace mana::formats {
namespace {

constexpr std::string_view kSaveAgain =
    "load them in Python with sentence-transformers and save the model again, which writes model.safetensors";
constexpr std::string_view kFetch = "fetch model.safetensors of the same repository, or a revision that has it";

/// A form of weights, by the names of its files.
struct Form {
  std::string_view ending;
  std::string_view what;
  std::string_view advice;
};

constexpr std::array kForms = {
    Form{".safetensors.index.json.partial", "half a download", "let it be finished"},
    Form{".safetensors.partial", "half a download", "let it be finished"},
    Form{".safetensors.incomplete", "half a download", "let it be finished"},
    Form{".safetensors.part", "half a download", "let it be finished"},
    Form{".safetensors.crdownload", "half a download", "let it be finished"},
    Form{".safetensors.tmp", "half a download", "let it be finished"},
    Form{"model.mana", "a packed model, which is used as it is and made nothing else of", kFetch},
    Form{".bin", "a pickle of PyTorch, which is not safe to read", kSaveAgain},
    Form{".pt", "a pickle of PyTorch, which is not safe to read", kSaveAgain},
    Form{".pth", "a pickle of PyTorch, which is not safe to read", kSaveAgain},
    Form{".onnx", "ONNX, a graph for another program", kFetch},
    Form{".gguf", "GGUF, the form of llama.cpp", kFetch},
    Form{".ggml", "GGML, an old form of llama.cpp", kFetch},
    Form{"openvino_model.xml", "OpenVINO, a graph for another program", kFetch},
    Form{".h5", "TensorFlow's", kFetch},
    Form{".ckpt", "a checkpoint of TensorFlow or PyTorch", kFetch},
    Form{".ckpt.index", "a checkpoint of TensorFlow", kFetch},
    Form{"saved_model.pb", "TensorFlow's", kFetch},
    Form{".msgpack", "Flax's", kFetch},
    Form{".ot", "those of rust-bert", kFetch},
    Form{".tflite", "TensorFlow Lite's", kFetch},
    Form{".mlmodel", "Core ML's", kFetch},
};

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

std::optional<std::string> other_weights(const std::filesystem::path& folder) {
  std::vector<std::string> names = names_in(folder);
  for (const char* inner : {"onnx", "openvino"}) {
    for (const std::string& name : names_in(folder / inner)) names.push_back(fmt::format("{}/{}", inner, name));
  }
  for (const std::string& name : names) {
    if (name == "adapter_model.safetensors" || name == "adapter_model.bin") {
      return fmt::format(
          "{}, an adapter without the model that it belongs to: give it adapter_config.json and the "
          "base model's config.json and model.safetensors",
          name);
    }
  }
  if (holds_ctranslate2(folder)) {
    return fmt::format(
        "weights only as model.bin, in the form of CTranslate2: make a translator of them with "
        "`mana convert --from ctranslate2 {} --output NAME`",
        folder.string());
  }
  for (const Form& form : kForms) {
    for (const std::string& name : names) {
      if (!name.ends_with(form.ending) || name == "training_args.bin") continue;
      return fmt::format("weights only as {}, {}: {}", name, form.what, form.advice);
    }
  }
  for (const std::string& name : names) {
    if (!name.ends_with(".safetensors")) continue;
    return name.find("-of-") == std::string::npos
               ? fmt::format("weights as {}: rename it if it is the model's", name)
               : fmt::format("a part of them, {}: fetch model.safetensors.index.json and all parts", name);
  }
  return std::nullopt;
}

void refuse_other_weights(const std::filesystem::path& folder) {
  if (has_stored_weights(folder)) return;
  if (const auto other = other_weights(folder)) {
    throw IoError(fmt::format("{} has neither model.safetensors nor model.safetensors.index.json; it has {}",
                              folder.string(), *other));
  }
}

}  // namespace mana::formats
