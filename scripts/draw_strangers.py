"""Drawn pictures that show nothing: noise, plain colours, gradients, stripes, text, screens, shapes, charts.

    python -m scripts.draw_strangers DIR [--count 270] [--seed 2]

For `train --strangers DIR`, beside photos of other things: few of those are as empty as what is sent by mistake.
`calibrate` draws such pictures, too, with another seed.
"""

import argparse
import sys
from pathlib import Path

from classifier.calibration.outliers import drawn_pictures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR", help="is made; files that are there stay as they are")
    parser.add_argument("--count", type=int, default=270)
    parser.add_argument("--seed", type=int, default=2, help="any but 1, which calibrate draws with")
    args = parser.parse_args()
    try:
        args.folder.mkdir(parents=True, exist_ok=True)
        for number, picture in enumerate(drawn_pictures(args.count, seed=args.seed)):
            path = args.folder / f"{number:04}.png"
            if not path.exists():
                picture.save(path)
    except OSError as error:
        sys.exit(f"error: the pictures cannot be written to {args.folder}: {error.strerror}.")


if __name__ == "__main__":
    main()
