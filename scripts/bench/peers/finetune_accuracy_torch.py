"""The recipe of finetune_accuracy.py in PyTorch: prints {"accuracy": …}.

usage: finetune_accuracy_torch.py --data FOLDER --weights FILE [--size PIXELS] [--seed N] [--epochs N]
All pictures are decoded and resized once and lie in memory. Batch norms keep their statistics.
"""
import argparse
import json
import pathlib

BATCH = 64
HEAD_EPOCHS = 3


def pictures(folder, size):
    """uint8 [N,3,size,size], labels [N]."""
    import numpy
    import torch
    from PIL import Image

    images, labels = [], []
    for label, name in enumerate(sorted(path.name for path in folder.iterdir())):
        for file in sorted((folder / name).iterdir()):
            picture = Image.open(file).convert("RGB").resize((size, size), Image.BICUBIC)
            images.append(torch.from_numpy(numpy.asarray(picture).copy()).permute(2, 0, 1))
            labels.append(label)
    return torch.stack(images), torch.tensor(labels)


def normalised(images):
    import torch

    return ((images.float() - 127) / 128).contiguous(memory_format=torch.channels_last)


def augmented(images):
    """Crops with reflected edges of an eighth, and flips: each image its own."""
    import torch

    size, pad = images.shape[-1], images.shape[-1] // 8
    padded = torch.nn.functional.pad(images.float(), (pad,) * 4, mode="reflect")
    out = torch.empty_like(images)
    for i, (x, y, flip) in enumerate(zip(torch.randint(0, 2 * pad + 1, (len(images),)),
                                         torch.randint(0, 2 * pad + 1, (len(images),)), torch.rand(len(images)) < 0.5)):
        crop = padded[i, :, y:y + size, x:x + size]
        out[i] = crop.flip(2) if flip else crop
    return out


def batches(count):
    import torch

    return torch.randperm(count).split(BATCH)


def train(arguments):
    import torch

    from networks import make

    base = make("efficientnet_lite0", arguments.weights).to(memory_format=torch.channels_last)
    torch.manual_seed(arguments.seed)
    images, labels = pictures(arguments.data / "train", arguments.size)
    head = torch.nn.Linear(base.channels, int(labels.max()) + 1)
    torch.nn.init.zeros_(head.weight)
    torch.nn.init.zeros_(head.bias)
    loss = torch.nn.CrossEntropyLoss(label_smoothing=0.1)
    with torch.no_grad():
        features = torch.cat([base(normalised(part)) for part in images.split(BATCH)])
    optimizer = torch.optim.Adam(head.parameters(), 1e-3)
    for _ in range(HEAD_EPOCHS):
        for chosen in batches(len(images)):
            optimizer.zero_grad()
            loss(head(features[chosen]), labels[chosen]).backward()
            torch.nn.utils.clip_grad_norm_(head.parameters(), 2.0)
            optimizer.step()

    base.train()
    for module in base.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()
    parameters = [*base.parameters(), *head.parameters()]
    groups = [{"params": [p for p in parameters if p.dim() > 1]},
              {"params": [p for p in parameters if p.dim() <= 1], "weight_decay": 0.0}]
    optimizer = torch.optim.SGD(groups, 0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)
    per_epoch = (len(images) + BATCH - 1) // BATCH
    steps, warm_up = arguments.epochs * per_epoch, max(1, per_epoch // 2)
    schedule = torch.optim.lr_scheduler.SequentialLR(
        optimizer, [torch.optim.lr_scheduler.LinearLR(optimizer, 1e-3, total_iters=warm_up),
                    torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps - warm_up)], [warm_up])
    for _ in range(arguments.epochs):
        for chosen in batches(len(images)):
            optimizer.zero_grad()
            loss(head(base(normalised(augmented(images[chosen])))), labels[chosen]).backward()
            torch.nn.utils.clip_grad_norm_(parameters, 2.0)
            optimizer.step()
            schedule.step()

    base.eval()
    test, answers = pictures(arguments.data / "test", arguments.size)
    with torch.no_grad():
        found = torch.cat([head(base(normalised(part))).argmax(1) for part in test.split(BATCH)])
    return (found == answers).double().mean().item()


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=8)
    print(json.dumps({"accuracy": train(parser.parse_args())}))


if __name__ == "__main__":
    main()
