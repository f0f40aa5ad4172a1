"""Forward pass of a frozen network: images/s over all cores.

usage: forward.py --engine torch|torch_channels_last|onnxruntime|openvino|openvino_streams --model NAME --onnx FILE
       forward.py --export --model NAME --onnx FILE      writes the ONNX file that the engines read
"""
import argparse
import os
import time

from result import print_result

BATCH = 32


def export(model, file):
    import torch
    import onnx  # noqa: F401  torch.onnx wants it; asked for here, its absence has a name

    from networks import make

    images = torch.rand(BATCH, 3, 224, 224)
    torch.onnx.export(make(model), (images,), file, dynamo=False, input_names=["x"], opset_version=17)
    return {"bytes": os.path.getsize(file)}


def torch_engine(model, channels_last):
    import torch

    from networks import make

    layout = torch.channels_last if channels_last else torch.contiguous_format
    network = make(model).to(memory_format=layout)
    images = torch.rand(BATCH, 3, 224, 224).contiguous(memory_format=layout)

    def run():
        with torch.inference_mode():
            network(images)
    return run


def random_images(count):
    import numpy

    return numpy.random.default_rng(1).random((count, 3, 224, 224), dtype="float32")


def onnxruntime_engine(file):
    import onnxruntime

    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    images = random_images(BATCH)
    return lambda: session.run(None, {"x": images})


def openvino_engine(file):
    import openvino

    core = openvino.Core()
    compiled = core.compile_model(core.read_model(file), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    images = random_images(BATCH)
    return lambda: compiled([images])


def openvino_streams_engine(file):
    """One image at a time in a stream of its own on every core: the fastest way its users have."""
    import openvino

    core = openvino.Core()
    model = core.read_model(file)
    model.reshape([1, 3, 224, 224])
    streams = os.cpu_count()
    compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "NUM_STREAMS": str(streams)})
    queue = openvino.AsyncInferQueue(compiled, streams)
    image = random_images(1)

    def run():
        for _ in range(BATCH):
            queue.start_async([image])
        queue.wait_all()
    return run


def measure(arguments):
    if arguments.export:
        return export(arguments.model, arguments.onnx)
    if arguments.engine.startswith("torch"):
        run = torch_engine(arguments.model, arguments.engine == "torch_channels_last")
    else:
        run = {"onnxruntime": onnxruntime_engine, "openvino": openvino_engine,
               "openvino_streams": openvino_streams_engine}[arguments.engine](arguments.onnx)
    for _ in range(2):
        run()
    calls, start = 0, time.perf_counter()
    while calls < 2 or time.perf_counter() - start < arguments.seconds:
        run()
        calls += 1
    return {"images_per_second": calls * BATCH / (time.perf_counter() - start)}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--engine")
    parser.add_argument("--model", required=True)
    parser.add_argument("--onnx", default="")
    parser.add_argument("--export", action="store_true")
    parser.add_argument("--seconds", type=float, default=4)
    arguments = parser.parse_args()
    print_result(lambda: measure(arguments))


if __name__ == "__main__":
    main()
