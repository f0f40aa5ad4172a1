"""JPEG file -> augmented float32 tensor of 224x224 pixels, on one core: images per second of processor time.

usage: datapath.py --tool keras|pil --data FOLDER [--seconds S]      FOLDER has class folders
"""
import argparse
import os
import time

from result import print_result

BATCH = 32


def keras_batches(folder):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from keras_images import batches, generator

    flow = batches(generator(True), folder)
    number = 0
    while True:
        yield len(flow[number % len(flow)][0])
        number += 1


def pil_batches(folder):
    import numpy
    import PIL  # noqa: F401

    from pil_images import load

    files = sorted(os.path.join(parent, name) for parent, _, names in os.walk(folder) for name in names)
    first = 0
    while True:
        pictures = [load(files[(first + i) % len(files)], True) for i in range(BATCH)]
        numpy.stack([picture.astype("float32") * numpy.float32(1 / 255) for picture in pictures])
        first += BATCH
        yield BATCH


def measure(arguments):
    images = keras_batches(arguments.data) if arguments.tool == "keras" else pil_batches(arguments.data)
    for _ in range(2):
        next(images)
    done, start = 0, time.process_time()
    while time.process_time() - start < arguments.seconds:
        done += next(images)
    return {"images_per_second": done / (time.process_time() - start)}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--tool", choices=("keras", "pil"), required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--seconds", type=float, default=3)
    arguments = parser.parse_args()
    print_result(lambda: measure(arguments))


if __name__ == "__main__":
    main()
