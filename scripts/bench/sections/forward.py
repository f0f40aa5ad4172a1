"""The frozen network alone: graft's trunk against what users have."""
from workbench import in_turn

from .result import Section, number

TITLE = "Forward pass of the frozen network"
MODELS = {"resnet50": "ResNet-50", "efficientnet_lite0": "EfficientNet-Lite0"}
ENGINES = {"ONNX Runtime": ("onnxruntime", False), "OpenVINO": ("openvino", False),
           "OpenVINO, one image per stream and core": ("openvino_streams", False),
           "PyTorch eager": ("torch", False), "PyTorch eager, tcmalloc": ("torch", True),
           "PyTorch channels-last": ("torch_channels_last", False),
           "PyTorch channels-last, tcmalloc": ("torch_channels_last", True)}


def graft_case(bench, model, precision):
    """The fastest of one, two and four images per call: what graft measures and chooses."""
    def measure():
        speeds = bench.kernel(f"^trunk/{model}/{precision}/", f"--benchmark_min_time={0.5 if bench.quick else 3}")
        return {"images_per_second": max(speeds.values())}
    return measure


def peer_case(bench, model, engine, onnx, tcmalloc):
    def measure():
        if not engine.startswith("torch") and not onnx.exists():
            bench.peer("forward.py", "--export", "--model", model, "--onnx", onnx)
        options = ["--engine", engine, "--model", model, "--onnx", onnx, "--seconds", 1 if bench.quick else 4]
        return bench.peer("forward.py", *options, tcmalloc=tcmalloc)[1]
    return measure


def measure_model(bench, section, model):
    """@return {case: images per second and graft's ratio to it, as cells}"""
    onnx = bench.scratch / f"{model}.onnx"
    cases = {"graft float32": graft_case(bench, model, "float32"),
             "graft bfloat16": graft_case(bench, model, "bfloat16")}
    for name, (engine, tcmalloc) in ENGINES.items():
        cases[name] = peer_case(bench, model, engine, onnx, tcmalloc)
    found = in_turn(bench.rounds, cases)
    speed = {name: found.median(name, "images_per_second") for name in cases if found.has(name)}
    graft = speed["graft float32"]
    as_used = [speed[name] for name in ("ONNX Runtime", "OpenVINO") if name in speed]
    if as_used:
        section.at_least(f"{MODELS[model]}: graft / the faster of ONNX Runtime and OpenVINO in batches",
                         graft / max(as_used), 1.0)
    if "graft bfloat16" in speed:
        section.at_least(f"{MODELS[model]}: bfloat16 / float32", speed["graft bfloat16"] / graft, 1.7)
    return {name: [number(speed[name]), number(graft / speed[name])] if name in speed else [found.unavailable[name], ""]
            for name in cases}


def measure(bench):
    section = Section()
    section.note("224x224 pixels, random weights, float32 unless named. Engines run batches of 32 with default settings "
                 "(OpenVINO asked for float32); graft one worker per core with one, two or four images per call, "
                 "whichever it measures to be fastest.")
    cells = [measure_model(bench, section, model) for model in MODELS]
    head = ["images/s, all cores"]
    for title in MODELS.values():
        head += [title, "graft float32 / this"]
    section.table(head, [[name, *(cell for of_model in cells for cell in of_model[name])] for name in cells[0]])
    return section.as_json()
