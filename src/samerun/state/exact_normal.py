"""Normal numbers from uniform ones by operations that every machine rounds alike.

``torch.randn`` gives other last bits under another instruction set, and numpy's ``log`` and ``cos`` do too. IEEE 754
defines the result of ``+ - * /`` and the square root to the last bit, so what is built of these alone is the same
everywhere. The quantile function is algorithm AS 241 (M. J. Wichura, "The Percentage Points of the Normal
Distribution", Applied Statistics 37, 1988, 477-484), whose relative error is about 1e-16; its one logarithm is written
out below in the same operations.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# The coefficients of AS 241 (PPND16), highest power first: numerator and denominator of its three regions.
_CENTRE = (
    (
        *(2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4),
        *(1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0),
    ),
    (
        *(5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4),
        *(5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0),
    ),
)
_SIDE = (
    (
        *(7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0),
        *(3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0),
    ),
    (
        *(1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1),
        *(6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0),
    ),
)
_END = (
    (
        *(2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2),
        *(2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0),
    ),
    (
        *(2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4),
        *(1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0),
    ),
)

_LN2_HIGH = 6.93147180369123816490e-01  # its last bits are zero: times a small whole number it is exact
_LN2_LOW = 1.90821492927058770002e-10
_ATANH_TERMS = tuple(2.0 / power for power in range(23, 0, -2))


def normal_quantile(uniform: Floats) -> Floats:
    """Return the standard normal number below which each share of the distribution lies.

    Args:
        uniform: shares, strictly between 0 and 1, float64.

    Returns:
        float64 of the same shape, the same bits on every machine. About 25 nanoseconds a number.
    """
    q = uniform - 0.5
    result: Floats = q * _ratio(_CENTRE, 0.180625 - q * q)
    outside = np.abs(q) > 0.425
    if outside.any():
        share = uniform[outside]
        result[outside] = np.copysign(_tail(np.minimum(share, 1.0 - share)), q[outside])
    return result


def exact_log(x: Floats) -> Floats:
    """Return the natural logarithm of positive numbers, to about one unit in the last place, alike on every machine.

    ``log x = e log 2 + 2 atanh((m - 1) / (m + 1))`` with ``x = m 2**e`` and m between the roots of 1/2 and of 2.
    """
    mantissa, exponent = np.frexp(x)
    small = mantissa < 0.70710678118654752
    mantissa = np.where(small, 2.0 * mantissa, mantissa)
    power = exponent.astype(np.float64) - small
    s = (mantissa - 1.0) / (mantissa + 1.0)
    log: Floats = power * _LN2_HIGH + (s * _polynomial(_ATANH_TERMS, s * s) + power * _LN2_LOW)
    return log


def _tail(share: Floats) -> Floats:
    r = np.sqrt(-exact_log(share))
    result: Floats = _ratio(_SIDE, r - 1.6)
    far = r > 5.0
    if far.any():
        result[far] = _ratio(_END, r[far] - 5.0)
    return result


def _ratio(coefficients: tuple[Sequence[float], Sequence[float]], x: Floats) -> Floats:
    above, below = coefficients
    ratio: Floats = _polynomial(above, x) / _polynomial(below, x)
    return ratio


def _polynomial(coefficients: Sequence[float], x: Floats) -> Floats:
    """Horner's rule, in place: one rounding for each product and each sum, never a fused one."""
    result: Floats = coefficients[0] * x
    for coefficient in coefficients[1:-1]:
        result += coefficient
        result *= x
    result += coefficients[-1]
    return result
