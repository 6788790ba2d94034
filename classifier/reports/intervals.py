"""Intervals: how far a share that was counted on n photos may be from the true one."""

from collections.abc import Mapping
from math import sqrt

import numpy as np

# Two-sided 95 %: the 97.5 % quantile of the normal distribution.
Z_95 = 1.959964
# So many resamples move the ends of a percentile interval by less than a tenth of its width from seed to seed.
RESAMPLES = 2000
SEED = 1


def wilson_interval(right: int, n: int, *, z: float = Z_95) -> tuple[float, float]:
    """Wilson score interval (95 %) of right/n, both ends in 0..1; (0, 1) when nothing was counted.

    With p = right/n: (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n). Unlike p ± z·√(p(1 − p)/n) it holds for the
    few photos of a class and for 100 %. Source: E. B. Wilson, "Probable inference, the law of succession, and
    statistical inference", JASA 22 (1927), https://doi.org/10.1080/01621459.1927.10502953; recommended for small n by
    Brown, Cai and DasGupta (2001), https://doi.org/10.1214/ss/1009213286.

    Raises:
        ValueError: `right` is not between 0 and n.
    """
    if not 0 <= right <= n:
        raise ValueError(f"right must be between 0 and n; got {right} of {n}")
    if n == 0:
        return 0.0, 1.0
    share = right / n
    middle = share + z * z / (2 * n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def bootstrap_mean(counts: Mapping[int, int]) -> tuple[float, float]:
    """Percentile bootstrap interval (95 %) of the mean of whole numbers; the same one at every call.

    Source: B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7 (1979),
    https://doi.org/10.1214/aos/1176344552.

    Args:
        counts: number → how often it was counted; at least one was.
    """
    values, often = np.array(list(counts)), np.array(list(counts.values()))
    n = int(often.sum())
    drawn = np.random.default_rng(SEED).multinomial(n, often / n, size=RESAMPLES)
    low, high = np.quantile(drawn @ values / n, (0.025, 0.975))
    return float(low), float(high)
