"""The mean of the weights of checkpoints of the same network, each with its share.

    python -m scripts.average_checkpoints A.safetensors B.safetensors [...] --shares 0.3 0.7 --output AB.safetensors

Between a network fitted to varied photos and the same one fitted further to plain ones, the mean is often better than
either (WiSE-FT, https://arxiv.org/abs/2109.01903); so is that of several stages of a training (model soups,
https://arxiv.org/abs/2203.05482). Name the last stage last: the metadata are its own. What was measured on it or fitted
to it is left out.
"""

import argparse
import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from classifier.checkpoint import halve, load_checkpoint, save_checkpoint
from classifier.errors import ClassifierError
from classifier.outputs.claims import claim
from classifier.outputs.kinds import MEAN


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", type=Path, nargs="+", metavar="CHECKPOINT")
    parser.add_argument("--shares", type=float, nargs="+", required=True, help="one each, 1 in all")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--force", action="store_true", help="replace what is there, even if it is not a mean")
    args = parser.parse_args()
    if len(args.shares) != len(args.checkpoints) or not math.isclose(sum(args.shares), 1, abs_tol=1e-6):
        parser.error(f"{len(args.checkpoints)} checkpoints need as many shares, 1 in all; got {args.shares}.")
    try:
        average(args, parser)
    except ClassifierError as error:
        sys.exit(f"error: {error}")


def average(args: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Average as the arguments say. See `claim`, `load_checkpoint` and `save_checkpoint` for the errors."""
    claim(args.output, MEAN, inputs=args.checkpoints, force=args.force)
    parts = [load_checkpoint(path) for path in args.checkpoints]
    last = parts[-1]
    for path, part in zip(args.checkpoints, parts, strict=True):
        if (part.classes, part.metadata.backbone) != (last.classes, last.metadata.backbone):
            parser.error(f"{path} and {args.checkpoints[-1]} are not of the same backbone and classes.")
    state = {
        name: sum(share * part.state[name].astype(np.float32) for share, part in zip(args.shares, parts, strict=True))
        if np.issubdtype(value.dtype, np.floating)
        else value
        for name, value in last.state.items()
    }
    training = replace(last.metadata.training, shares=tuple(args.shares))
    metadata = replace(last.metadata.without_calibration(), training=training, metrics={})
    save_checkpoint(args.output, halve(state), metadata)


if __name__ == "__main__":
    main()
