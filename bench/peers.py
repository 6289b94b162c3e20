"""The peers, each in its best configuration found so far: run in bench/compare's own virtual environment.

  peers.py prepare MODEL WORK            export the model for every peer
  peers.py serve PEER WORK THREADS       read commands on standard input, answer with one JSON object a line:
                                           pass FILE      seconds for one pass over the file's texts, and the least cosine
                                           one TEXT       seconds for one text
                                           tokenizer DIR  take this folder's tokenizer.json from here on
                                           tokenize FILE  seconds for the texts' ids and offsets
  peers.py first PEER WORK               embed "hello" and leave: a cold start

Time includes tokenising, pooling and normalising; batches are sorted by length; nothing is longer than 256 tokens.
"""
import json
import os
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "true"
MAX_TOKENS = 256


def prepare(model_dir, work):
    import onnx
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers import optimizer
    from transformers import AutoModel, AutoTokenizer

    os.makedirs(work, exist_ok=True)
    tokenizer = AutoTokenizer.from_pretrained(model_dir)
    model = AutoModel.from_pretrained(model_dir, attn_implementation="eager").eval()

    class LastHidden(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, input_ids, attention_mask, token_type_ids):
            return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state

    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = tokenizer(["hello world", "a b c d"], padding=True, return_tensors="pt")
    plain, fused = f"{work}/plain.onnx", f"{work}/fused.onnx"
    torch.onnx.export(LastHidden(), tuple(example[n] for n in names), plain, input_names=names, output_names=["h"],
                      dynamic_axes={n: {0: "b", 1: "s"} for n in names + ["h"]}, opset_version=17, dynamo=False)
    optimizer.optimize_model(plain, model_type="bert", num_heads=model.config.num_attention_heads,
                             hidden_size=model.config.hidden_size).save_model_to_file(fused)
    quantize_dynamic(fused, f"{work}/int8.onnx", weight_type=QuantType.QInt8, per_channel=True,
                     extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT})
    json.dump({"model": os.path.abspath(model_dir)}, open(f"{work}/work.json", "w"))


class Tokens:
    """The Rust tokenizers, batches sorted by length and padded to their longest, and pooling in NumPy."""

    def __init__(self, model):
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_file(model + "/tokenizer.json")
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(MAX_TOKENS)

    def batches(self, texts, size):
        ids = [e.ids for e in self.tokenizer.encode_batch_fast(texts)]
        order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
        for start in range(0, len(order), size):
            rows = order[start:start + size]
            yield rows, *padded([ids[r] for r in rows])


def padded(ids):
    import numpy as np

    longest = max(map(len, ids))
    tokens, mask = np.zeros((len(ids), longest), np.int64), np.zeros((len(ids), longest), np.int64)
    for row, each in enumerate(ids):
        tokens[row, :len(each)], mask[row, :len(each)] = each, 1
    return tokens, mask


def pooled(hidden, mask):
    import numpy as np

    weight = mask[..., None].astype(np.float32)
    mean = (hidden * weight).sum(1) / weight.sum(1)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


def feed(tokens, mask):
    import numpy as np

    return {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}


def sentence_transformers(which, work, model, threads):
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    encoder = SentenceTransformer(model, device="cpu", model_kwargs={"dtype": torch.bfloat16} if "bf16" in which else {})
    return lambda texts: encoder.encode(texts, batch_size=32, show_progress_bar=False)


def onnx_runtime(which, work, model, threads):
    import numpy as np
    import onnxruntime

    tokens = Tokens(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(f"{work}/{'int8' if 'int8' in which else 'fused'}.onnx", options,
                                           providers=["CPUExecutionProvider"])

    def encode(texts):
        out = None
        for rows, ids, mask in tokens.batches(texts, 32):
            vectors = pooled(session.run(None, feed(ids, mask))[0], mask)
            out = np.zeros((len(texts), vectors.shape[1]), np.float32) if out is None else out
            out[rows] = vectors
        return out

    return encode


def openvino(which, work, model, threads):
    """One asynchronous stream a thread; `-latency`: one stream of all threads."""
    import numpy as np
    import openvino as ov

    tokens = Tokens(model)
    core = ov.Core()
    streams = 1 if "latency" in which else threads
    compiled = core.compile_model(core.read_model(f"{work}/plain.onnx"), "CPU", {
        "INFERENCE_PRECISION_HINT": "bf16" if "bf16" in which else "f32", "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": streams, "PERFORMANCE_HINT": "LATENCY" if "latency" in which else "THROUGHPUT"})
    queue = ov.AsyncInferQueue(compiled, streams)
    width = compiled.output(0).partial_shape[2].get_length()

    def encode(texts):
        out = np.zeros((len(texts), width), np.float32)

        def done(request, item):
            rows, mask = item
            out[rows] = pooled(request.get_output_tensor(0).data, mask)

        queue.set_callback(done)
        for rows, ids, mask in tokens.batches(texts, 16):
            queue.start_async(feed(ids, mask), (rows, mask))
        queue.wait_all()
        return out

    return encode


FAMILIES = {"sentence-transformers": sentence_transformers, "onnxruntime": onnx_runtime, "openvino": openvino}


def encoder(peer, work, threads):
    model = json.load(open(f"{work}/work.json"))["model"]
    family = next(make for name, make in FAMILIES.items() if peer.startswith(name))
    return family(peer, work, model, threads)


def serve(peer, work, threads):
    import numpy as np

    reference = None
    if peer.startswith("tokenizers"):
        encode, tokens = None, Tokens(json.load(open(f"{work}/work.json"))["model"])
    else:
        encode = encoder(peer, work, threads)
    for line in sys.stdin:
        command, argument = line.rstrip("\n").split(" ", 1)
        if command == "one":
            start = time.perf_counter()
            encode([argument])
            print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)
            continue
        if command == "tokenizer":
            tokens = Tokens(argument)
            print("{}", flush=True)
            continue
        texts = open(argument, encoding="utf8").read().split("\n")
        texts = texts[:-1] if texts[-1] == "" else texts
        start = time.perf_counter()
        if command == "tokenize":
            tokens.tokenizer.no_truncation()
            # The fast call gives no offsets: it is asked for less than Mana is.
            fast = peer == "tokenizers-without-offsets"
            call = tokens.tokenizer.encode_batch_fast if fast else tokens.tokenizer.encode_batch
            for begin in range(0, len(texts), 1000):
                for each in call(texts[begin:begin + 1000]):
                    each.ids, fast or each.offsets
            print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)
            continue
        vectors = np.asarray(encode(texts), np.float32)
        seconds = time.perf_counter() - start
        file = f"{work}/reference-{os.path.basename(argument)}.npy"
        if peer == "sentence-transformers-f32":
            np.save(file, vectors)
        cosine = None
        if os.path.exists(file):
            reference = np.load(file)
            cosine = float(((vectors * reference).sum(1) / np.linalg.norm(vectors, axis=1) / np.linalg.norm(reference, axis=1)).min())
        print(json.dumps({"seconds": seconds, "least_cosine": cosine}), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(*sys.argv[2:4])
    elif sys.argv[1] == "serve":
        serve(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        encoder(sys.argv[2], sys.argv[3], 2)(["hello"])
