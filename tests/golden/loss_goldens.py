#!/usr/bin/env python3
"""Writes losses.json: losses of several classes per image and of numbers with their gradients, as PyTorch and the
published formulas have them.

usage: python3 loss_goldens.py        needs: torch
"""

import json
import pathlib

import torch
import torch.nn.functional as F


def focal(scores, targets, gamma, alpha):
    """torchvision.ops.sigmoid_focal_loss (Lin et al. 2017); alpha < 0: none."""
    p = torch.sigmoid(scores)
    ce = F.binary_cross_entropy_with_logits(scores, targets, reduction="none")
    p_t = p * targets + (1 - p) * (1 - targets)
    loss = ce * (1 - p_t) ** gamma
    if alpha >= 0:
        loss = (alpha * targets + (1 - alpha) * (1 - targets)) * loss
    return loss


def asymmetric(scores, targets, gamma_negative, gamma_positive, clip):
    """AsymmetricLoss of the authors' code (Ben-Baruch et al. 2021), before the sum, with gradients everywhere."""
    positive = torch.sigmoid(scores)
    negative = 1 - positive
    if clip > 0:
        negative = (negative + clip).clamp(max=1)
    loss = targets * torch.log(positive.clamp(min=1e-8)) + (1 - targets) * torch.log(negative.clamp(min=1e-8))
    pt = positive * targets + negative * (1 - targets)
    gamma = gamma_positive * targets + gamma_negative * (1 - targets)
    return -loss * torch.pow(1 - pt, gamma)


def quantile(scores, targets, q):
    above = targets - scores
    return torch.maximum(q * above, (q - 1) * above)


def case(loss, options, scores, targets, losses):
    """The mean over what is known, and its gradient."""
    scores = scores.clone().requires_grad_(True)
    known = ~torch.isnan(targets)
    value = losses(scores, torch.nan_to_num(targets, 0.0))[known].mean()
    value.backward()
    return {"loss": loss, "options": options, "scores": scores.tolist(),
            "targets": [[None if t != t else t for t in row] for row in targets.tolist()],
            "value": value.item(), "gradient": scores.grad.tolist()}


def main():
    torch.manual_seed(0)
    nan = float("nan")
    scores = 3 * torch.randn(6, 3)
    labels = (torch.rand(6, 3) < 0.5).float()
    unknown = labels.clone()
    unknown[1, 0] = unknown[4, 2] = unknown[5, 1] = nan
    numbers = torch.randn(6, 3)
    gaps = numbers.clone()
    gaps[0, 1] = gaps[3, 0] = nan
    bce = lambda weights: lambda s, t: F.binary_cross_entropy_with_logits(
        s, t, pos_weight=None if weights is None else torch.tensor(weights), reduction="none")
    cases = []
    for targets in (labels, unknown):
        add = lambda loss, options, losses: cases.append(case(loss, options, scores, targets, losses))
        add("binary_cross_entropy", {}, bce(None))
        # 20 images, of which 5, 10 and 2 have the classes; of the last 12 say so.
        add("binary_cross_entropy", {"positive_weights": "balanced"}, bce([3.0, 1.0, 5.0]))
        add("binary_cross_entropy", {"positive_weights": "given", "weights": {"ant": 2, "bee": 0.5, "cat": 4}},
            bce([2.0, 0.5, 4.0]))
        add("binary_focal", {}, lambda s, t: focal(s, t, 2.0, -1))
        add("binary_focal", {"gamma": 1.5, "alpha": 0.25}, lambda s, t: focal(s, t, 1.5, 0.25))
        add("asymmetric", {}, lambda s, t: asymmetric(s, t, 4, 1, 0.05))
        add("asymmetric", {"gamma_positive": 0, "gamma_negative": 2, "clip": 0},
            lambda s, t: asymmetric(s, t, 2, 0, 0))
    for targets in (numbers, gaps):
        add = lambda loss, options, losses: cases.append(case(loss, options, scores / 3, targets, losses))
        add("mse", {}, lambda s, t: F.mse_loss(s, t, reduction="none"))
        add("mae", {}, lambda s, t: F.l1_loss(s, t, reduction="none"))
        add("huber", {"delta": 0.5}, lambda s, t: F.huber_loss(s, t, reduction="none", delta=0.5))
        add("quantile", {"q": 0.9}, lambda s, t: quantile(s, t, 0.9))
    path = pathlib.Path(__file__).with_name("losses.json")
    path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
