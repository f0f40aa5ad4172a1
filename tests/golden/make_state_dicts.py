#!/usr/bin/env python3
"""Writes the weights files in tests/weights/fixtures and what PyTorch reads from them (expected.json).

    python tests/golden/make_state_dicts.py

Needs PyTorch (the fixtures in the repository were written with 2.13). Its own files are loaded with torch.load, all
tensors are made contiguous, float64 is narrowed to float32, and the SHA-256 of their bytes is kept.
"""

import hashlib
import io
import json
import os
import pickle
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path

import torch

FOLDER = Path(__file__).resolve().parent.parent / "weights" / "fixtures"
MAGIC = 0x1950A86A20F9469CFC6C
SYSTEM = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}


def network():
    torch.manual_seed(0)
    net = torch.nn.Sequential()
    net.add_module("conv", torch.nn.Conv2d(2, 3, 3, bias=False))
    net.add_module("norm", torch.nn.BatchNorm2d(3))
    return net


def every_dtype():
    values = torch.tensor([0.0, 1.5, -2.25, 3.0, 100.0])
    dtypes = ["float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]
    return {name: values.abs().to(getattr(torch, name)) for name in dtypes}


def windows():
    base = torch.arange(24.0)
    grid = base.view(4, 6)
    return OrderedDict(
        whole=grid, transposed=grid.t(), column=grid[:, 2], block=grid[1:3, 2:5], every_second=base[1::2],
        repeated=torch.tensor([7.0]).expand(3, 2), again=grid, scalar=torch.tensor(5.0), empty=torch.empty(0, 3))


def wrapped():
    net = network()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    net(torch.ones(1, 2, 5, 5)).sum().backward()
    optimizer.step()
    state = OrderedDict(("module." + name, tensor) for name, tensor in net.state_dict().items() if "norm" in name)
    return {"epoch": 3, "best": 0.5, "arch": "tiny", "flag": True, "none": None, "big": 2**70,
            "state_dict": state, "optimizer": optimizer.state_dict()}


class Storage:
    """Pickled as the persistent id of a storage."""

    def __init__(self, key, count, view=None):
        self.id = ("storage", torch.FloatStorage, key, "cpu", count, view)


class Call:
    """Pickled as a call of `function`, with a state that __setstate__ would get."""

    def __init__(self, function, arguments, state=None):
        self.parts = (function, arguments) if state is None else (function, arguments, state)

    def __reduce__(self):
        return self.parts


class NewParameter:
    """Pickled as PyTorch 0.1 to 0.3 pickled parameters: NEWOBJ of the class, then its state."""

    def __init__(self, arguments, state):
        self.arguments, self.state = arguments, state

    def __reduce_ex__(self, protocol):
        import copyreg
        return copyreg.__newobj__, (torch.nn.Parameter, *self.arguments), self.state


class Pickler(pickle._Pickler):  # the C pickler insists that the class of NEWOBJ is the object's own
    def persistent_id(self, value):
        return value.id if isinstance(value, Storage) else None

    def save_reduce(self, func, args, state=None, *rest, obj=None, **named):
        super().save_reduce(func, args, state, *rest, obj=None if isinstance(obj, NewParameter) else obj, **named)


def legacy(value, storages, system=SYSTEM):
    out = io.BytesIO()
    for head in (MAGIC, 1001, system):
        pickle.dump(head, out, protocol=2)
    Pickler(out, protocol=2).dump(value)
    pickle.dump(list(storages), out, protocol=2)
    for floats in storages.values():
        out.write(struct.pack(f"<q{len(floats)}f", len(floats), *floats))
    return out.getvalue()


def rebuild(storage, offset, sizes, strides):
    return Call(torch._utils._rebuild_tensor, (storage, offset, sizes, strides))


def storage_views():
    view = Storage("root", 6, ("view", 2, 4))  # elements 2 to 5 of "root"
    tensors = OrderedDict(second_half=rebuild(view, 1, (3,), (1,)),
                          all=rebuild(Storage("root", 6), 0, (2, 3), (3, 1)))
    return legacy(tensors, {"root": [0, 1, 2, 3, 4, 5]})


def old_parameters():
    def tensor():
        return rebuild(Storage("a", 2), 0, (2,), (1,))
    return legacy(OrderedDict(made=NewParameter((tensor(),), (True, False, OrderedDict())),
                              filled=NewParameter((), (tensor(), None, OrderedDict(), True, False))), {"a": [8, 9]})


def safetensors(tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    names = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16",
             torch.int64: "I64", torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8",
             torch.bool: "BOOL"}
    for name, tensor in tensors.items():
        content = raw(tensor)
        header[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def rewrite(source, target, change):
    """Copies a zip archive; `change` gets name and bytes of a record and returns the (name, bytes, method) to write."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as new:
        for info in old.infolist():
            for name, content, method in change(info.filename, old.read(info.filename)):
                new.writestr(zipfile.ZipInfo(name), content, compress_type=method)


def raw(tensor):
    return bytes(tensor.detach().contiguous().flatten().view(torch.uint8).numpy()) if tensor.numel() else b""


def describe(value):
    while not any(isinstance(item, torch.Tensor) for item in value.values()):
        value = next(value[key] for key in ("state_dict", "model_state_dict", "model") if key in value)
    if all(name.startswith("module.") for name in value):
        value = {name.removeprefix("module."): tensor for name, tensor in value.items()}
    tensors = []
    for name, tensor in value.items():
        tensor = tensor.float() if tensor.dtype == torch.float64 else tensor
        tensors.append({"name": name, "dtype": str(tensor.dtype).removeprefix("torch."), "shape": list(tensor.shape),
                        "sha256": hashlib.sha256(raw(tensor)).hexdigest()})
    return tensors


def make_good(expected):
    cases = {"network": network().state_dict(), "dtypes": every_dtype(), "windows": windows(), "wrapped": wrapped(),
             "parameters": {name: value for name, value in network().named_parameters() if "norm" in name}}
    for name, value in cases.items():
        torch.save(value, FOLDER / f"zip_{name}.pth")
        torch.save(value, FOLDER / f"legacy_{name}.pth", _use_new_zipfile_serialization=False)
    for protocol in (3, 4, 5):
        torch.save(cases["network"], FOLDER / f"zip_protocol{protocol}.pth", pickle_protocol=protocol)
        torch.save(cases["network"], FOLDER / f"legacy_protocol{protocol}.pth", pickle_protocol=protocol,
                   _use_new_zipfile_serialization=False)
    (FOLDER / "legacy_storage_views.pth").write_bytes(storage_views())
    (FOLDER / "legacy_old_parameters.pth").write_bytes(old_parameters())
    for file in sorted(FOLDER.glob("*.pth")):
        expected[file.name] = describe(torch.load(file, weights_only=False))
    tensors = every_dtype() | {"empty": torch.empty(0, 3), "scalar": torch.tensor(2.5)}
    (FOLDER / "dtypes.safetensors").write_bytes(safetensors(tensors))
    expected["dtypes.safetensors"] = describe(tensors)


def make_bad():
    one = OrderedDict(weight=torch.ones(3))
    source = FOLDER / "bad_source.pth"
    torch.save(one, source)
    stored, deflated = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
    big = lambda name, content: [(name, b"big" if name.endswith("byteorder") else content, stored)]
    rewrite(source, FOLDER / "bad_byteorder.pth", big)
    rewrite(source, FOLDER / "bad_compressed.pth", lambda name, content: [(name, content, deflated)])
    rewrite(source, FOLDER / "bad_duplicate.pth",
            lambda name, content: [(name, content, stored)] * (2 if name.endswith("/0") else 1))
    rewrite(source, FOLDER / "bad_missing.pth",
            lambda name, content: [(name, content, stored)] * (0 if name.endswith("/0") else 1))
    rewrite(source, FOLDER / "bad_short.pth",
            lambda name, content: [(name, content[:8] if name.endswith("data/0") else content, stored)])
    content = bytearray(source.read_bytes())
    content[content.index(struct.pack("<3f", 1, 1, 1))] ^= 1
    (FOLDER / "bad_crc.pth").write_bytes(content)
    source.unlink()
    evil = OrderedDict(weight=Call(os.system, ("echo this must never run",)))
    torch.save(evil, FOLDER / "bad_code.pth")
    (FOLDER / "bad_code_legacy.pth").write_bytes(legacy(evil, {}))
    torch.jit.save(torch.jit.script(torch.nn.Identity()), FOLDER / "bad_torchscript.pth")
    reaching = OrderedDict(weight=rebuild(Storage("a", 4), 1, (2, 2), (2, 1)))
    (FOLDER / "bad_reach.pth").write_bytes(legacy(reaching, {"a": [1, 2, 3, 4]}))
    huge = OrderedDict(weight=rebuild(Storage("a", 1), 0, (1 << 20, 1 << 10), (0, 0)))
    (FOLDER / "bad_repeats.pth").write_bytes(legacy(huge, {"a": [1]}))
    (FOLDER / "bad_endian.pth").write_bytes(legacy({}, {}, SYSTEM | {"little_endian": False}))


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in FOLDER.iterdir():
        file.unlink()
    expected = {}
    make_good(expected)
    make_bad()
    files = [f'"{file}": [\n  ' + ",\n  ".join(map(json.dumps, tensors)) + "]" for file, tensors in expected.items()]
    (FOLDER / "expected.json").write_text("{" + ",\n".join(files) + "}\n")


if __name__ == "__main__":
    main()
