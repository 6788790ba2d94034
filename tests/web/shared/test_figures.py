import pytest

from web.dataset.figures import PART_COLOURS
from web.shared.figures import LEAF

PAPER, NIGHT = "#faf8f2", "#111713"  # --paper, light and dark, of assets/css/00-tokens.css


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("background", [PAPER, NIGHT])
@pytest.mark.parametrize("colour", [LEAF, *PART_COLOURS])
def test_bars_stand_out_from_both_backgrounds(colour, background):
    assert contrast(colour, background) >= 3  # WCAG 2.2, 1.4.11
