"""The networks of the comparison in PyTorch, with torchvision's names. Features only: pooled, without a classifier."""
import torch
from torch import nn


class Bottleneck(nn.Module):
    """He et al. 2015, with the stride in the 3x3 convolution (v1.5)."""

    def __init__(self, inputs, planes, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, planes, 1, bias=False), nn.BatchNorm2d(planes)
        self.conv2, self.bn2 = nn.Conv2d(planes, planes, 3, stride, 1, bias=False), nn.BatchNorm2d(planes)
        self.conv3, self.bn3 = nn.Conv2d(planes, 4 * planes, 1, bias=False), nn.BatchNorm2d(4 * planes)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or inputs != 4 * planes:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, 4 * planes, 1, stride, bias=False),
                                            nn.BatchNorm2d(4 * planes))

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        y += x if self.downsample is None else self.downsample(x)
        return self.relu(y)


class ResNet50(nn.Module):
    """[N,3,224,224] -> [N,2048]."""

    channels = 2048

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        self.relu, self.maxpool = nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        inputs = 64
        for number, (planes, blocks, stride) in enumerate([(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)], 1):
            layer = [Bottleneck(inputs, planes, stride)]
            inputs = 4 * planes
            layer += [Bottleneck(inputs, planes, 1) for _ in range(blocks - 1)]
            setattr(self, f"layer{number}", nn.Sequential(*layer))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def frozen_part(self, x):
        """Up to and with layer3."""
        return self.layer3(self.layer2(self.layer1(self.maxpool(self.relu(self.bn1(self.conv1(x)))))))

    def forward(self, x):
        return self.layer4(self.frozen_part(x)).mean((2, 3))


class Lite0Features(nn.Module):
    """[N,3,224,224] -> [N,1280], the network of the package efficientnet-lite-pytorch."""

    channels = 1280

    def __init__(self, weights=None):
        super().__init__()
        from efficientnet_lite_pytorch import EfficientNet

        self.network = EfficientNet.from_name("efficientnet-lite0")
        if weights:
            self.network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))

    def forward(self, x):
        return self.network.extract_features(x).mean((2, 3))


MODELS = ("resnet50", "efficientnet_lite0")


def make(model, weights=None):
    torch.manual_seed(0)
    return (ResNet50() if model == "resnet50" else Lite0Features(weights)).eval()
