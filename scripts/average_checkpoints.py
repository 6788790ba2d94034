"""A checkpoint between two others of the same network: weights = (1 − SHARE) × A + SHARE × B.

    python -m scripts.average_checkpoints A.safetensors B.safetensors --share 0.5 --output AB.safetensors

Between a network fitted to varied photos (A) and the same one fitted further to plain ones (B), the average is often
better than either (WiSE-FT, https://arxiv.org/abs/2109.01903). The metadata are B's and say where it comes from; what
was measured on B or fitted to it is left out.
"""

import argparse
from pathlib import Path

from classifier.checkpoint import load_checkpoint, save_checkpoint


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("a", type=Path)
    parser.add_argument("b", type=Path)
    parser.add_argument("--share", type=float, default=0.5, help="part of B, 0 to 1 (default: 0.5)")
    parser.add_argument("--output", type=Path, required=True)
    args = parser.parse_args()
    a, b = load_checkpoint(args.a), load_checkpoint(args.b)
    if a.classes != b.classes or a.metadata["backbone"] != b.metadata["backbone"]:
        parser.error(f"{args.a} and {args.b} are not of the same backbone and classes.")
    state = {
        name: value.lerp(b.state[name], args.share) if value.is_floating_point() else b.state[name]
        for name, value in a.state.items()
    }
    training = {**b.metadata["training"], "averaged": {"first": a.metadata["training"], "share_of_second": args.share}}
    metadata = {key: value for key, value in b.metadata.items() if key not in ("metrics", "trust")}
    save_checkpoint(args.output, state, {**metadata, "training": training, "metrics": {}})


if __name__ == "__main__":
    main()
