"""The classic recipe as a PyTorch user writes it: DataLoader, Pillow, a frozen network under no_grad, a trained head.

usage: recipe_torch.py --data FOLDER --model NAME [--weights FILE] [--epochs N] [--channels-last] [--plain]
"""
import argparse
import os
import random
import time

from result import print_result

BATCH, HELD_OUT = 32, 5   # the first fifth of each class is for validation, augmented too, as Keras does


def image_files(folder):
    """[(file, label)] of each class."""
    classes = sorted(os.listdir(folder))
    return [[(os.path.join(folder, name, file), label) for file in sorted(os.listdir(os.path.join(folder, name)))]
            for label, name in enumerate(classes)]


def loader(items, arguments, augment, shuffle):
    import torch

    from pil_images import load

    mean, std = ([127.0] * 3, [128.0] * 3) if arguments.model == "efficientnet_lite0" else \
        ([123.675, 116.28, 103.53], [58.395, 57.12, 57.375])
    mean, std = torch.tensor(mean).view(3, 1, 1), torch.tensor(std).view(3, 1, 1)

    class Images(torch.utils.data.Dataset):
        def __len__(self):
            return len(items)

        def __getitem__(self, index):
            file, label = items[index]
            pixels = torch.from_numpy(load(file, augment)).permute(2, 0, 1).float()
            return (pixels - mean) / std, label

    def start_worker(number):
        random.seed(number)
        torch.set_num_threads(1)

    return torch.utils.data.DataLoader(Images(), BATCH, shuffle=shuffle, num_workers=os.cpu_count(),
                                       persistent_workers=True, worker_init_fn=start_worker)


class Training:
    def __init__(self, arguments, classes):
        import torch

        from networks import make

        self.torch = torch
        self.layout = torch.channels_last if arguments.channels_last else torch.contiguous_format
        self.base = make(arguments.model, arguments.weights).to(memory_format=self.layout)
        self.head = torch.nn.Sequential(torch.nn.Linear(self.base.channels, 512), torch.nn.ReLU(),
                                        torch.nn.Linear(512, classes))
        self.optimizer = torch.optim.Adam(self.head.parameters(), 1e-3)
        self.loss = torch.nn.CrossEntropyLoss()

    def scores(self, images):
        with self.torch.no_grad():
            features = self.base(images.contiguous(memory_format=self.layout))
        return self.head(features)

    def train(self, data):
        for images, labels in data:
            self.optimizer.zero_grad()
            self.loss(self.scores(images), labels).backward()
            self.optimizer.step()

    def evaluate(self, data):
        """-> mean loss, accuracy"""
        loss = correct = count = 0
        with self.torch.no_grad():
            for images, labels in data:
                scores = self.scores(images)
                loss += self.loss(scores, labels).item() * len(labels)
                correct += (scores.argmax(1) == labels).sum().item()
                count += len(labels)
        return loss / count, correct / count


def measure(arguments):
    import torch

    torch.manual_seed(0)
    classes = image_files(os.path.join(arguments.data, "train"))
    augment = not arguments.plain
    train = loader([item for one in classes for item in one[len(one) // HELD_OUT:]], arguments, augment, True)
    validation = loader([item for one in classes for item in one[:len(one) // HELD_OUT]], arguments, augment, False)
    test = loader(sum(image_files(os.path.join(arguments.data, "test")), []), arguments, False, False)
    training = Training(arguments, len(classes))
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(training.optimizer, factor=0.1, patience=2)
    seconds, best, waited = [], float("inf"), 0
    for _ in range(arguments.epochs):
        start = time.perf_counter()
        training.train(train)
        loss, _ = training.evaluate(validation)
        seconds.append(time.perf_counter() - start)
        schedule.step(loss)
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
        if waited >= arguments.patience:
            break
    return {"epoch_seconds": seconds, "accuracy": training.evaluate(test)[1]}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--weights")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--patience", type=int, default=3, help="of early stopping")
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--plain", action="store_true", help="without augmentation")
    arguments = parser.parse_args()
    print_result(lambda: measure(arguments))


if __name__ == "__main__":
    main()
