"""Numbers in words: percentages, counts out of a hundred, how often, how long. The one place where this is done.

Pure functions of plain numbers. A space stands between a number and its % sign; pages of the site pass `NO_BREAK`.
"""

NO_BREAK = "\u00a0"
# What stands where nothing was counted.
MISSING = "–"
# Places of a share in a report's JSON: a thousandth of a per cent, finer than any test set can tell.
PLACES = 5


def percent(share: float | None, digits: int = 1, *, space: str = " ") -> str:
    """A counted share in per cent: 0.984 → "98.4 %", 1.0 → "100.0 %", None → "–".

    Args:
        share: 0 to 1; None where nothing was counted.
        digits: decimal places.
        space: what stands before the % sign.
    """
    return MISSING if share is None else f"{100 * share:.{digits}f}{space}%"


def cautious_percent(probability: float, *, space: str = " ") -> str:
    """A probability (0 to 1) in per cent that never claims certainty: "97.3 %", but ">99.9 %" and "<0.1 %"."""
    if probability > 0.999:
        return f">99.9{space}%"
    return f"<0.1{space}%" if probability < 0.001 else percent(probability, space=space)


def percent_of(part: int, whole: int, *, space: str = " ") -> str:
    """A share in whole per cent; "0 %" and "100 %" only where they are exact, or where there is nothing to share."""
    if not whole or part in (0, whole):
        return percent(1 if part else 0, 0, space=space)
    share = part / whole
    return percent(share, 0, space=space) if 0.005 <= share < 0.995 else cautious_percent(share, space=space)


def out_of_hundred(share: float, digits: int = 0) -> str:
    """How many out of 100: 0.95 → "95"; for sentences such as “95 times out of 100”."""
    return f"{100 * share:.{digits}f}"


def hundred_range(ends: tuple[float, float], digits: int = 0, *, between: str = "–") -> str:
    """An interval of shares, out of 100: (0.744, 0.99) → "74–99"."""
    return between.join(out_of_hundred(end, digits) for end in ends)


def per_hundred(part: int, whole: int) -> str:
    """How many out of 100: "94", and near either end "99.7" and "0.3"; "0" and "100" only where they are exact."""
    share = 100 * part / whole
    if part in (0, whole) or 1 <= share <= 99:
        return f"{share:.0f}"
    return f"{min(max(share, 0.1), 99.9):.1f}"


def how_often(count: int) -> str:
    """How often: "once", "twice", "3 times"."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def seconds_in_words(seconds: float) -> str:
    """A duration: 42 → "42 s", 300 → "5 min", 7300 → "2 h 2 min"."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def share_of(part: int, whole: int) -> float | None:
    """Part / whole as a report's JSON has it: rounded to `PLACES`; None where nothing was counted."""
    return round(part / whole, PLACES) if whole else None


def rounded(interval: tuple[float, float]) -> tuple[float, float]:
    """Both ends of an interval of shares, rounded to `PLACES`."""
    return round(interval[0], PLACES), round(interval[1], PLACES)
