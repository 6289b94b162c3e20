#!/usr/bin/env python3
"""Writes tests/fixtures/training/optimizers.json: PyTorch's optimisers and transformers' schedules, step by step.

    python tools/golden/optimizers.py

Needs torch and transformers. A parameter [5, 3] takes 20 steps with given gradients, in float64 throughout:

    {"versions": {…}, "parameter": [[…], …], "gradients": [[[…], …], …],         before step 1; of each step
     "optimizers": [{"name": "…", "optimizer": "adamw" | "sgd", "options": {…}, "schedule": null | "<name of a schedule>",
                     "clip": null | c, "norms": null | [‖g‖ before clipping, …], "sparse": false | true,
                     "parameters": [[[…], …], …]}],                               after each step
     "schedules": [{"name": "…", "schedule": "constant" | "linear" | "cosine", "warmup": w, "steps": n,
                    "factors": [of step 1, of step 2, …]}],                       the learning rate is the factor × lr
     "averages": [{"decay": β, "start": [[…], …], "parameters": […]}]}            of the first optimizer's parameters

"sparse": the gradients of rows 1 and 3 were zero but in the steps 1, 2, 9 and 20; a batch did not touch these rows.
"""

import json
import pathlib

import numpy
import torch
import transformers
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/training/optimizers.json"
STEPS, RATE = 20, 0.05
RANDOM = numpy.random.default_rng(17)


def exact(values):
    """The nearest values that float32 holds exactly."""
    return torch.tensor(numpy.round(values * 256) / 256, dtype=torch.float64)


START = exact(RANDOM.normal(size=(5, 3)))
GRADIENTS = exact(RANDOM.normal(size=(STEPS, 5, 3)) * numpy.geomspace(2, 0.1, STEPS)[:, None, None])
UNTOUCHED, TOUCHED_IN = [1, 3], {1, 2, 9, 20}


def schedule(name, optimizer, warmup):
    if name == "constant":
        return transformers.get_constant_schedule_with_warmup(optimizer, warmup)
    make = {"linear": transformers.get_linear_schedule_with_warmup, "cosine": transformers.get_cosine_schedule_with_warmup}
    return make[name](optimizer, warmup, STEPS)


def steps(optimizer, options, schedule_name=None, warmup=0, clip=None, sparse=False):
    """Yields the parameter after each step and the norm of the gradient before clipping."""
    parameter = torch.nn.Parameter(START.clone())
    descent = {"adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}[optimizer]([parameter], **options)
    rates = schedule(schedule_name, descent, warmup) if schedule_name else None
    for step, gradient in enumerate(GRADIENTS, start=1):
        parameter.grad = gradient.clone()
        if sparse and step not in TOUCHED_IN:
            parameter.grad[UNTOUCHED] = 0
        norm = torch.nn.utils.clip_grad_norm_([parameter], clip).item() if clip else None
        descent.step()
        if rates:
            rates.step()
        yield parameter.detach().clone(), norm


def optimizers():
    adam = {"lr": RATE, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01}
    yield "adamw", "adamw", adam, {}
    yield "adamw without decay", "adamw", adam | {"weight_decay": 0.0}, {}
    yield "adamw, other betas", "adamw", adam | {"betas": (0.8, 0.98), "eps": 1e-4}, {}
    yield "adamw, linear", "adamw", adam, {"schedule_name": "linear", "warmup": 4}
    yield "adamw, cosine", "adamw", adam, {"schedule_name": "cosine", "warmup": 4}
    yield "adamw, clipped", "adamw", adam, {"clip": 1.0}
    yield "adamw, untouched rows", "adamw", adam | {"weight_decay": 0.0}, {"sparse": True}
    yield "adamw, untouched rows, decay, linear", "adamw", adam, {"sparse": True, "schedule_name": "linear", "warmup": 4}
    yield "sgd", "sgd", {"lr": RATE, "momentum": 0.0, "weight_decay": 0.0}, {}
    yield "sgd with momentum and decay", "sgd", {"lr": RATE, "momentum": 0.9, "weight_decay": 0.01}, {}
    yield "sgd, clipped, cosine", "sgd", {"lr": RATE, "momentum": 0.9, "weight_decay": 0.0}, {
        "clip": 0.5, "schedule_name": "cosine", "warmup": 3}


def optimizer_case(name, optimizer, options, settings):
    taken = list(steps(optimizer, options, **settings))
    chosen = settings.get("schedule_name")
    return {"name": name, "optimizer": optimizer, "options": options,
            "schedule": chosen and f"{chosen}, warm-up {settings['warmup']}", "clip": settings.get("clip"),
            "norms": [norm for _, norm in taken] if "clip" in settings else None, "sparse": settings.get("sparse", False),
            "parameters": [parameter.tolist() for parameter, _ in taken]}


def schedule_case(name, warmup):
    descent = torch.optim.SGD([torch.nn.Parameter(START.clone())], lr=1.0)
    rates, factors = schedule(name, descent, warmup), []
    for _ in range(STEPS):
        factors.append(descent.param_groups[0]["lr"])
        descent.step()
        rates.step()
    return {"name": f"{name}, warm-up {warmup}", "schedule": name, "warmup": warmup, "steps": STEPS, "factors": factors}


def average_case(decay, parameters):
    """a ← β a + (1 − β) w after each step, beginning at the first parameters."""
    model = torch.nn.Linear(3, 5, bias=False, dtype=torch.float64)
    model.weight.data.copy_(START)
    average, after = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(decay)), []
    average.update_parameters(model)  # the first call copies
    for parameter in parameters:
        model.weight.data.copy_(torch.tensor(parameter, dtype=torch.float64))
        average.update_parameters(model)
        after.append(average.module.weight.tolist())
    return {"decay": decay, "start": START.tolist(), "parameters": after}


def main():
    taken = [optimizer_case(*case) for case in optimizers()]
    parts = {
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__, "numpy": numpy.__version__},
        "parameter": START.tolist(), "gradients": GRADIENTS.tolist(), "optimizers": taken,
        "schedules": [schedule_case(name, warmup) for name in ("constant", "linear", "cosine") for warmup in (0, 3, 4)],
        "averages": [average_case(decay, taken[0]["parameters"]) for decay in (0.9, 0.999)]}
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    lines = lambda value: "[\n" + ",\n".join(map(json.dumps, value)) + "\n]" if isinstance(value, list) else json.dumps(value)
    OUTPUT.write_text("{\n" + ",\n".join(f'"{name}": {lines(value)}' for name, value in parts.items()) + "\n}\n")


if __name__ == "__main__":
    main()
