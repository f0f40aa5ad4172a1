"""What the goldens of architectures share: values by a formula, which the tests repeat, and how results are written."""

import json
import math
import sys

import numpy as np
import torch
from torch import nn

GOLDEN_RATIO = np.uint64(0x9E3779B97F4A7C15)


def first_seed(name):
    """FNV-1a, 64 bits."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    return seed


def noise(name, count):
    """splitmix64: `count` numbers in [-1, 1), multiples of 2^-23."""
    with np.errstate(over="ignore"):
        z = np.uint64(first_seed(name)) + np.arange(1, count + 1, dtype=np.uint64) * GOLDEN_RATIO
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(40)).astype(np.float64) / 2**23 - 1


def values(name, shape, gain):
    """A tensor's values: scales and variances in 0.5..1.5, biases and means in -0.1..0.1, weights by their fan-in."""
    sizes = [size for size in shape if size != 1]
    count = math.prod(shape)
    if len(sizes) > 1:
        scale, offset = gain / math.sqrt(count / sizes[0]), 0
    elif name.endswith(("bias", "running_mean")):
        scale, offset = 0.1, 0
    else:
        scale, offset = 0.5, 1
    return torch.from_numpy((noise(name, count) * scale + offset).astype(np.float32).reshape(shape))


def fill(model, gain):
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if tensor.dim() > 0:
                tensor.copy_(values(name, tuple(tensor.shape), gain))


def make_input(height, width):
    values_in_order = noise("input", 2 * 3 * height * width) * 2
    return torch.from_numpy(values_in_order.astype(np.float32).reshape(2, 3, height, width))


def by_channels(blocks, channels_of):
    """Blocks in stages: a stage ends where the number of channels changes."""
    stages = []
    for block in blocks:
        if stages and channels_of(stages[-1][-1]) == channels_of(block):
            stages[-1].append(block)
        else:
            stages.append([block])
    return [nn.Sequential(*stage) for stage in stages]


def rounded(number):
    return float(f"{number:.7g}")


def samples(tensor, count):
    flat = tensor.flatten()
    return [rounded(flat[i * (flat.numel() - 1) // (count - 1)].item()) for i in range(count)]


def facts(tensor):
    return {"shape": list(tensor.shape), "mean": rounded(tensor.double().mean().item()),
            "largest": rounded(tensor.abs().max().item()), "samples": samples(tensor, 8)}


def tensor_names(names):
    """Names, grouped by what follows the last dot: {"weight bias": "fc layer1.0 …"}."""
    modules = {}
    for name in names:
        module, _, leaf = name.rpartition(".")
        modules.setdefault(module, []).append(leaf)
    groups = {}
    for module, leaves in modules.items():
        groups.setdefault(" ".join(leaves), []).append(module or ".")
    return {leaves: " ".join(names) for leaves, names in groups.items()}


def write(entries):
    print("[")
    for i, entry in enumerate(entries):
        print(entry["architecture"], entry["published_by"], file=sys.stderr)
        stages = ",\n".join("   " + json.dumps(stage) for stage in entry.pop("stages"))
        text = json.dumps(entry, indent=1)[:-2]
        for shorter in ("features", "first_norm_after_one_batch", "input"):
            if shorter in entry:
                text = text.replace(json.dumps({shorter: entry[shorter]}, indent=1)[3:-2],
                                    f'"{shorter}": ' + json.dumps(entry[shorter]))
        print(("," if i else "") + text + f',\n "stages": [\n{stages}]}}')
    print("]")
