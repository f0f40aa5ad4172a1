#!/usr/bin/env python3
"""Writes the TorchScript files in tests/network/fixtures: small networks, built as well-known libraries build theirs.

    python tests/golden/make_torchscript.py

Needs PyTorch (the files in the repository were written with 2.13). Inputs are float32 [N,3,32,32].
"""

import io
import typing
import warnings
import zipfile
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

FOLDER = Path(__file__).resolve().parent.parent / "network" / "fixtures"
EXAMPLE = torch.linspace(-2, 2, 2 * 3 * 32 * 32).reshape(2, 3, 32, 32)


class Outputs(typing.NamedTuple):
    logits: torch.Tensor
    aux: typing.Optional[torch.Tensor]


class Block(nn.Module):
    """A residual block that adds and activates in place."""

    def __init__(self, channels, out, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1:
            self.downsample = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        identity = x
        out = self.bn1(self.conv1(x))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class Residual(nn.Module):
    """Built as ResNets are: a stem of four modules, layers, pooling, a functional flatten, a dense layer."""

    def __init__(self, classes=5):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(Block(4, 4), Block(4, 4))
        self.layer2 = nn.Sequential(Block(4, 8, 2))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(8, classes) if classes else nn.Identity()

    def _forward_impl(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer2(self.layer1(x))
        return self.fc(torch.flatten(self.avgpool(x), 1))

    def forward(self, x):
        return self._forward_impl(x)


class Mobile(nn.Module):
    """Built as MobileNets are: everything in `features`, pooling as a function, dropout before the dense layer."""

    def __init__(self):
        super().__init__()
        layers = []
        for channels, out in ((3, 4), (4, 6), (6, 8)):
            layers.append(nn.Sequential(nn.Conv2d(channels, out, 3, 2, 1, bias=False), nn.BatchNorm2d(out),
                                        nn.ReLU6(inplace=True)))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(8, 5))

    def forward(self, x):
        x = functional.adaptive_avg_pool2d(self.features(x), (1, 1)).reshape(x.shape[0], -1)
        return self.classifier(x)


class EncoderBlock(nn.Module):
    def __init__(self, channels=8):
        super().__init__()
        self.ln_1 = nn.LayerNorm(channels)
        self.self_attention = nn.MultiheadAttention(channels, 2, batch_first=True)
        self.ln_2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, 16), nn.GELU(), nn.Linear(16, channels))

    def forward(self, x):
        y = self.ln_1(x)
        y, _ = self.self_attention(y, y, y, need_weights=False)
        x = x + y
        return x + self.mlp(self.ln_2(x))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.pos_embedding = nn.Parameter(torch.randn(1, 17, 8) * 0.1)
        self.dropout = nn.Dropout(0.1)
        self.layers = nn.Sequential(*(EncoderBlock() for _ in range(2)))
        self.ln = nn.LayerNorm(8)

    def forward(self, x):
        return self.ln(self.layers(self.dropout(x + self.pos_embedding)))


class Transformer(nn.Module):
    """Built as vision transformers are: a class token, an encoder, the token picked out, `heads`."""

    def __init__(self):
        super().__init__()
        self.conv_proj = nn.Conv2d(3, 8, 2, 8)
        self.class_token = nn.Parameter(torch.randn(1, 1, 8) * 0.1)
        self.encoder = Encoder()
        self.heads = nn.Sequential(nn.Linear(8, 5))

    def _process_input(self, x):
        n = x.shape[0]
        return self.conv_proj(x).reshape(n, 8, -1).permute(0, 2, 1)

    def forward(self, x):
        x = self._process_input(x)
        x = torch.cat([self.class_token.expand(x.shape[0], -1, -1), x], dim=1)
        return self.heads(self.encoder(x)[:, 0])


class Plain(nn.Module):
    """A user's own: a wrapper around a list of layers, with branches that flags decide and a softmax at its end."""

    def __init__(self):
        super().__init__()
        self.checkpointing = False
        self.scale = 0.5
        self.first = nn.Conv2d(3, 4, 3, 2, 1)
        self.blocks = nn.ModuleList([Block(4, 4), Block(4, 6, 2)])
        self.head = nn.Linear(6, 5)

    def forward_features(self, x):
        x = functional.relu(self.first(x * self.scale))
        if self.checkpointing and not torch.jit.is_scripting():
            x = -x
        for block in self.blocks:
            x = block(x)
        return x

    def forward(self, x):
        x = functional.adaptive_avg_pool2d(self.forward_features(x), 1).flatten(1)
        x = functional.dropout(x, 0.3, training=self.training)
        return functional.softmax(self.head(x), dim=1)


class Around(nn.Module):
    """What goes in comes back at the end: nothing in it is a stage."""

    def __init__(self):
        super().__init__()
        self.one = nn.Conv2d(3, 3, 3, 1, 1)
        self.two = nn.Conv2d(3, 3, 3, 1, 1)

    def forward(self, x):
        return x + self.two(torch.relu(self.one(x)))


class Shared(nn.Module):
    """One convolution in two places, so both belong to one stage; one activation in three."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, 2, 1)
        self.shared = nn.Conv2d(4, 4, 3, 1, 1)
        self.between = nn.Conv2d(4, 4, 3, 1, 1)
        self.last = nn.Conv2d(4, 6, 3, 2, 1)
        self.act = nn.ReLU()

    def forward(self, x):
        x = self.act(self.first(x))
        x = self.shared(self.between(self.act(self.shared(x))))
        return self.act(self.last(x))


class TokensFirst(nn.Module):
    """In the middle, images are the second axis."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 4, 8, 8)
        self.mix = nn.Linear(4, 6)
        self.last = nn.Linear(6, 6)
        self.head = nn.Linear(6, 5)

    def forward(self, x):
        x = self.patches(x).flatten(2).permute(2, 0, 1)
        return self.head(self.last(self.mix(x).permute(1, 0, 2)).mean(1))


class InPlace(nn.Module):
    """The second layer changes what the first one gave."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, 2, 1)
        self.second = nn.Sequential(nn.ReLU(inplace=True), nn.Conv2d(4, 5, 3, 1, 1))
        self.third = nn.Conv2d(5, 6, 3, 2, 1)

    def forward(self, x):
        return self.third(self.second(self.first(x)))


class ForgottenDropout(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return functional.dropout(self.conv(x), 0.5)


class Noise(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x + torch.randn_like(x))


class BatchMean(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x - x.mean(0, keepdim=True))


class FixedNumber(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, 16)

    def forward(self, x):
        return self.conv(x).reshape(1, 16)


class Tuple(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x), x


class Squeeze(nn.Module):
    """Built as SqueezeNets are: a 1x1 convolution makes the scores of every place, pooling averages them."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 4, 3, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2),
                                      nn.Conv2d(4, 6, 3, 1, 1), nn.ReLU(inplace=True))
        self.classifier = nn.Sequential(nn.Dropout(0.5), nn.Conv2d(6, 5, 1), nn.ReLU(inplace=True),
                                        nn.AdaptiveAvgPool2d((1, 1)))

    def forward(self, x):
        return torch.flatten(self.classifier(self.features(x)), 1)


class PointHead(nn.Module):
    """After the pooling, a 1x1 convolution with an activation makes features, and one without makes scores."""

    def __init__(self, classes=5):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, 2, 1)
        self.layer = nn.Sequential(nn.Conv2d(4, 6, 3, 2, 1), nn.ReLU())
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.conv_head = nn.Conv2d(6, 8, 1)
        self.act = nn.ReLU()
        self.classifier = nn.Conv2d(8, classes, 1) if classes else nn.Identity()

    def forward(self, x):
        x = self.act(self.conv_head(self.pool(self.layer(self.stem(x)))))
        return torch.flatten(self.classifier(x), 1)


class Auxiliary(nn.Module):
    """Built as GoogLeNet is: scripted, it gives a named tuple, in eval mode of the scores and None."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, 2, 1)
        self.aux1 = nn.Linear(4, 5)
        self.conv2 = nn.Conv2d(4, 6, 3, 2, 1)
        self.fc = nn.Linear(6, 5)

    def _forward(self, x):
        x = functional.relu(self.conv1(x))
        aux: typing.Optional[torch.Tensor] = None
        if self.training:
            aux = self.aux1(x.mean([2, 3]))
        x = functional.relu(self.conv2(x))
        return self.fc(x.mean([2, 3])), aux

    def forward(self, x) -> Outputs:
        x, aux = self._forward(x)
        if torch.jit.is_scripting():
            warnings.warn("always a tuple")
            return Outputs(x, aux)
        return x


class TwoHeads(nn.Module):
    """Two scores of the same shape."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, 2, 1)
        self.one = nn.Linear(4, 5)
        self.two = nn.Linear(4, 5)

    def forward(self, x):
        x = self.conv(x).mean([2, 3])
        return self.one(x), self.two(x)


class DropsNothing(nn.Module):
    """Dropout as attention of torchvision 0.14 has it: in training mode always, its share set to 0 in eval mode."""

    def __init__(self, share=0.0, when_training=0.1):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, 2, 1)
        self.share = share
        self.when_training = when_training
        self.fc = nn.Linear(4, 5)

    def forward(self, x):
        x = functional.dropout(self.conv(x).mean([2, 3]), p=self.share)
        share = self.when_training
        if not self.training:
            share = 0.0
        if share > 0.0:
            x = functional.dropout(x, p=share)
        return self.fc(x)


def sequential():
    return nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 6, 3, 2, 1), nn.ReLU(),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 5))


class WritesFile(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        torch.save(x, "written-by-a-network")
        return self.conv(x)


class ReadsFile(nn.Module):
    def forward(self, x):
        return x + torch.from_file("/etc/passwd", False, 16, dtype=torch.uint8).sum()


class WritesFileWhenLoaded(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(3))

    @torch.jit.export
    def __getstate__(self):
        return self.weight, self.training

    @torch.jit.export
    def __setstate__(self, state: typing.Tuple[torch.Tensor, bool]):
        torch.save(state[0], "written-by-a-network")
        self.weight, self.training = state

    def forward(self, x):
        return x * self.weight[:, None, None]


def with_statistics(net):
    """Batch norms as after training: not the identity."""
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d) and module.running_mean is not None:
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 2)
    return net


def save(name, make, how, mode="eval", example=EXAMPLE):
    torch.manual_seed(0)
    net = with_statistics(make())
    getattr(net, mode)()
    module = torch.jit.script(net) if how == "scripted" else torch.jit.trace(net, example, check_trace=False)
    if how == "frozen":
        module = torch.jit.freeze(module)
    bytes_of_torch = io.BytesIO()
    torch.jit.save(module, bytes_of_torch)
    with zipfile.ZipFile(bytes_of_torch) as source, zipfile.ZipFile(FOLDER / f"{name}.pt", "w") as target:
        for record in source.infolist():
            if not record.filename.endswith(".debug_pkl"):  # where the code stood on the machine that wrote it
                plain = zipfile.ZipInfo(record.filename)
                plain.compress_type = record.compress_type
                target.writestr(plain, source.read(record))


def main():
    warnings.simplefilter("ignore")
    FOLDER.mkdir(exist_ok=True)
    with torch.no_grad():
        for name, make in (("residual", Residual), ("mobile", Mobile), ("transformer", Transformer), ("plain", Plain),
                           ("sequential", sequential)):
            save(f"{name}_scripted", make, "scripted")
            save(f"{name}_traced", make, "traced")
        save("headless_traced", lambda: Residual(classes=0), "traced")
        for name, make in (("around", Around), ("shared", Shared), ("tokens_first", TokensFirst),
                           ("in_place", InPlace), ("forgotten_dropout", ForgottenDropout), ("noise", Noise),
                           ("batch_mean", BatchMean), ("tuple", Tuple)):
            save(f"{name}_scripted", make, "scripted")
        save("auxiliary_scripted", Auxiliary, "scripted")
        save("drops_nothing_scripted", DropsNothing, "scripted")
        save("drops_always_scripted", lambda: DropsNothing(share=0.3), "scripted")
        for name, make in (("squeeze", Squeeze), ("point_head", PointHead), ("two_heads", TwoHeads)):
            save(f"{name}_scripted", make, "scripted")
            save(f"{name}_traced", make, "traced")
        save("point_headless_scripted", lambda: PointHead(classes=0), "scripted")
        save("residual_frozen", Residual, "frozen")
        save("residual_half", lambda: Residual().half(), "scripted")
        save("trained_traced", Residual, "traced", mode="train")
        save("fixed_number_traced", FixedNumber, "traced", example=EXAMPLE[:1])
        save("no_statistics_scripted", lambda: nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, track_running_stats=False)), "scripted")
        # No networks but attacks; nothing is written as long as nobody loads or runs them.
        save("writes_file_scripted", WritesFile, "scripted")
        save("reads_file_scripted", ReadsFile, "scripted")
        save("writes_file_when_loaded_scripted", WritesFileWhenLoaded, "scripted")


main()
