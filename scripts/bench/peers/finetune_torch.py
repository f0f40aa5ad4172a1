"""A training step of a whole network in PyTorch, batch norms with their moving statistics: images per second.

usage: finetune_torch.py [--model efficientnet_lite0|resnet50] [--size PIXELS] [--channels-last] [--bfloat16] [--steps N]
The images lie in memory: no data path is in the time. SGD with momentum, batch 32.
"""
import argparse
import statistics
import time

from result import print_result

BATCH = 32


def measure(arguments):
    import torch

    from networks import make

    layout = torch.channels_last if arguments.channels_last else torch.contiguous_format
    base = make(arguments.model).to(memory_format=layout).train()
    for module in base.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()
    for parameter in base.parameters():
        parameter.requires_grad_(True)
    head = torch.nn.Linear(base.channels, 10)
    optimizer = torch.optim.SGD([*base.parameters(), *head.parameters()], 1e-4, momentum=0.9, nesterov=True)
    loss = torch.nn.CrossEntropyLoss()
    images = torch.rand(BATCH, 3, arguments.size, arguments.size).contiguous(memory_format=layout)
    labels = torch.arange(BATCH) % 10

    def step():
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=arguments.bfloat16):
            value = loss(head(base(images)).float(), labels)
        value.backward()
        optimizer.step()

    step()
    seconds = []
    for _ in range(arguments.steps):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    return {"images_per_second": BATCH / statistics.median(seconds)}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--model", default="efficientnet_lite0")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--bfloat16", action="store_true")
    parser.add_argument("--steps", type=int, default=8)
    arguments = parser.parse_args()
    print_result(lambda: measure(arguments))


if __name__ == "__main__":
    main()
