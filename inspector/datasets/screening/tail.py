"""How unlikely a count is: the upper tail of the binomial distribution, in powers of ten."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
_LN10 = float(np.log(10.0))


def log_factorial(n: F64) -> F64:
    """ln n! for whole numbers, by Stirling's series with three terms; exact to 1e-8 from 8 on, and taken
    from a table below."""
    n = np.asarray(n, dtype=np.float64)
    safe = np.maximum(n, 8.0)
    series = (
        safe * np.log(safe)
        - safe
        + 0.5 * np.log(2 * np.pi * safe)
        + 1 / (12 * safe)
        - 1 / (360 * safe**3)
        + 1 / (1260 * safe**5)
    )
    return np.where(n < 8, _SMALL[np.minimum(n, 8).astype(np.int64)], series)


_SMALL = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1.0, 9.0)))))


def log10_tail(count: Any, trials: Any, share: Any) -> F64:
    """log10 of the chance of ``count`` or more successes in ``trials`` of probability ``share`` each.

    Exact in its first term; the rest of the tail is bounded by a geometric series, so the answer is never
    too small by more than that bound. 0 where the count does not exceed what is to be expected.
    """
    k, n = np.asarray(count, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    p = np.clip(np.asarray(share, dtype=np.float64), 1e-300, 1 - 1e-12)
    first = (
        log_factorial(n) - log_factorial(k) - log_factorial(n - k) + k * np.log(p) + (n - k) * np.log1p(-p)
    )
    ratio = (n - k) / (k + 1) * p / (1 - p)
    tail = (first - np.log1p(-np.minimum(ratio, 1 - 1e-9))) / _LN10
    return np.where(k > n * p, np.minimum(tail, 0.0), 0.0)
