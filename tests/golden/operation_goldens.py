#!/usr/bin/python3
"""Writes operations.json: a small picture, and what torchvision makes of it with everything drawn given.

Needs Debian 12's python3-torchvision (0.14.1; the functions are those of the v2 transforms):

    /usr/bin/python3 operation_goldens.py > operations.json
"""

import json

import torch
import torchvision.transforms.functional as F

generator = torch.Generator().manual_seed(16)
HEIGHT, WIDTH = 9, 12
PICTURE = torch.randint(0, 256, (3, HEIGHT, WIDTH), generator=generator, dtype=torch.uint8)


def as_hex(picture):  # [3,H,W] -> RGB of one pixel after the other
    return bytes(picture.permute(1, 2, 0).flatten().tolist()).hex()


def main():
    blurs = [{"kernel_size": size, "sigma": sigma, "rgb": as_hex(F.gaussian_blur(PICTURE, [size, size], [sigma, sigma]))}
             for size, sigma in ((1, 1.0), (3, 0.4), (5, 0.1), (5, 1.3), (9, 2.0))]
    print(json.dumps({"height": HEIGHT, "width": WIDTH, "rgb": as_hex(PICTURE), "gaussian_blur": blurs}, indent=0))


if __name__ == "__main__":
    main()
