"""A training step of ResNet-50 with everything up to layer3 frozen, in eager PyTorch: milliseconds per image.

usage: partial_torch.py [--channels-last] [--steps N]
The images lie in memory: no data path is in the time. Frozen batch norms run with their moving statistics.
"""
import argparse
import time

from result import print_result

BATCH = 32


def measure(arguments):
    import torch

    from networks import make

    layout = torch.channels_last if arguments.channels_last else torch.contiguous_format
    base = make("resnet50").to(memory_format=layout)
    for parameter in base.parameters():
        parameter.requires_grad_(False)
    for parameter in base.layer4.parameters():
        parameter.requires_grad_(True)
    base.layer4.train()
    head = torch.nn.Sequential(torch.nn.Linear(base.channels, 512), torch.nn.ReLU(), torch.nn.Linear(512, 10))
    optimizer = torch.optim.Adam([*base.layer4.parameters(), *head.parameters()], 1e-3)
    loss = torch.nn.CrossEntropyLoss()
    images = torch.rand(BATCH, 3, 224, 224).contiguous(memory_format=layout)
    labels = torch.arange(BATCH) % 10

    def step():
        optimizer.zero_grad()
        loss(head(base(images)), labels).backward()
        optimizer.step()

    step()
    start = time.perf_counter()
    for _ in range(arguments.steps):
        step()
    return {"ms_per_image": (time.perf_counter() - start) / arguments.steps / BATCH * 1000}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--steps", type=int, default=4)
    arguments = parser.parse_args()
    print_result(lambda: measure(arguments))


if __name__ == "__main__":
    main()
