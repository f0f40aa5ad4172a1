"""Runs a graft model as any Python program could, without graft: what export_parity_test.py compares with.

    python torchscript_forward.py MODEL IMAGE...        (torch, numpy, PIL)

Prints a JSON list with the probabilities of each image by class name. All that is known about the model is the
graft.json in its archive. Images must have the input's size already, so that nothing is resized here.
"""

import json
import pathlib
import sys

import torch
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
from compare_routes import load_torchscript, network_input  # noqa: E402


def main():
    module, facts = load_torchscript(sys.argv[1])
    size = (facts["preprocessing"]["width"], facts["preprocessing"]["height"])
    rows = []
    with torch.no_grad():
        for file in sys.argv[2:]:
            with Image.open(file) as image:
                if image.size != size:
                    raise SystemExit(f"{file}: is {image.size} pixels, expected {size}")
            probabilities = module(torch.from_numpy(network_input(file, facts["preprocessing"])).unsqueeze(0))[0]
            rows.append(dict(zip(facts["classes"], probabilities.tolist(), strict=True)))
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
