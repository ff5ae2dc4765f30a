"""Random numbers with an address.

Every number is a pure function of (seed, replicate, patient, stream, item, moment): Philox4x32-10 (Salmon et al.
2011, "Parallel random numbers: as easy as 1, 2, 3") with key ``(seed, replicate)`` and counter
``(item, moment, patient, stream)``. No generator has a state, so neither an added arm, nor a thread, nor the order
of calls can change a number.
"""

from __future__ import annotations

import math
from enum import IntEnum

import numpy as np
from numba import njit

F32 = np.float32
F64 = np.float64
U32 = np.uint32
U64 = np.uint64


class Stream(IntEnum):
    """What a number is used for. Append only: renumbering changes every result."""

    PATIENT_TRAITS = 0
    CELL_TRAITS = 1
    RELEASE_CLOCK = 2
    CROSS_LINKS = 3
    FEW_CROSS_LINKS = 4
    CROSS_LINKS_2 = 5
    FEW_CROSS_LINKS_2 = 6
    SKIN_TEST = 7
    ASSAY = 8
    CELL_PLACE = 9
    CLONE_TRAITS = 20
    T_CELL_COUNTS = 21
    CTL_ARRIVALS = 22
    CTL_PLACES = 23
    CTL_EVENTS = 24
    CTL_FATES = 25
    KERATINOCYTES = 26
    KERATINOCYTE_FATES = 27
    SEVERITY = 28
    SENSITISATION = 40
    REGRANULATION = 41
    MRGPRX2 = 50


_M0, _M1 = U64(0xD2511F53), U64(0xCD9E8D57)
_W0, _W1 = U64(0x9E3779B9), U64(0xBB67AE85)
_LOW = U64(0xFFFFFFFF)
_S32 = U64(32)


@njit(inline="always", error_model="numpy")
def _round(c0, c1, c2, c3, k0, k1):
    p0 = _M0 * c0
    p1 = _M1 * c2
    return (p1 >> _S32) ^ c1 ^ k0, p1 & _LOW, (p0 >> _S32) ^ c3 ^ k1, p0 & _LOW


@njit(inline="always", error_model="numpy")
def philox(item, moment, patient, stream, seed, replicate):
    """Four 32-bit words at an address, as uint64 lanes (so that the loop around a call vectorises).

    All arguments are uint64 below 2³².
    """
    c0, c1, c2, c3 = _round(item, moment, patient, stream, seed, replicate)
    k0, k1 = (seed + _W0) & _LOW, (replicate + _W1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return _round(c0, c1, c2, c3, k0, k1)


_TWO_M32 = F64(2.0**-32)
_TWO_M23 = F32(2.0**-23)


@njit(inline="always", error_model="numpy")
def unit_f64(word):
    """Uniform on the open interval (0, 1) with 32 bits."""
    return (F64(word) + F64(0.5)) * _TWO_M32


@njit(inline="always", error_model="numpy")
def symmetric_f32(word):
    """Uniform on the open interval (−1, 1) as float32, from the word's upper 23 bits."""
    return (F32(np.int32(word >> U64(9))) + F32(0.5)) * (F32(2.0) * _TWO_M23) - F32(1.0)


_LN2 = F32(0.69314718)


@njit(inline="always", error_model="numpy")
def log_f32(x):
    """Natural logarithm of a positive normal float32, relative error below 2e-7 (atanh series on [√½, √2))."""
    bits = F32(x).view(np.int32)
    shifted = np.int32(bits - np.int32(0x3F3504F3))
    exponent = np.int32(shifted >> np.int32(23))
    mantissa = np.int32((shifted & np.int32(0x007FFFFF)) + np.int32(0x3F3504F3)).view(np.float32)
    s = (mantissa - F32(1.0)) / (mantissa + F32(1.0))
    z = s * s
    series = F32(2.0) + z * (F32(0.6666667) + z * (F32(0.4) + z * (F32(0.2857143) + z * F32(0.22222222))))
    return F32(exponent) * _LN2 + s * series


@njit(inline="always", error_model="numpy")
def normal_from_symmetric(x):
    """Standard normal float32 from a uniform on (−1, 1): √2·erf⁻¹(x).

    Single-precision rational-free approximation of Giles (2011), "Approximating the erfinv function"; relative
    error below 4e-7.
    """
    w = -log_f32((F32(1.0) - x) * (F32(1.0) + x))
    a = w - F32(2.5)
    p = F32(2.81022636e-08)
    p = F32(3.43273939e-07) + p * a
    p = F32(-3.5233877e-06) + p * a
    p = F32(-4.39150654e-06) + p * a
    p = F32(0.00021858087) + p * a
    p = F32(-0.00125372503) + p * a
    p = F32(-0.00417768164) + p * a
    p = F32(0.246640727) + p * a
    p = F32(1.50140941) + p * a
    b = np.sqrt(w) - F32(3.0)
    q = F32(-0.000200214257)
    q = F32(0.000100950558) + q * b
    q = F32(0.00134934322) + q * b
    q = F32(-0.00367342844) + q * b
    q = F32(0.00573950773) + q * b
    q = F32(-0.0076224613) + q * b
    q = F32(0.00943887047) + q * b
    q = F32(1.00167406) + q * b
    q = F32(2.83297682) + q * b
    return F32(1.41421356) * x * (p if w < F32(5.0) else q)


_RECIPROCAL = np.concatenate([[0.0], 1.0 / np.arange(1, 2048)])
_POWER_OF_HALF = 2.0 ** -np.arange(1025.0)
_LN2_HIGH, _LN2_LOW = 0.693147180369123816490, 1.90821492927058770002e-10
_TAYLOR = np.array([(-1.0) ** k / math.factorial(k) for k in range(14)])


@njit(inline="always", error_model="numpy")
def exp_negative(x):
    """e⁻ˣ for x ≥ 0 in float64 from additions and multiplications alone, so that every platform gives the same bits.

    ``x = n·ln 2 + r`` with |r| ≤ ½·ln 2, and the Taylor series of e⁻ʳ to the 13th power, summed in pairs.
    """
    y = x if x < 700.0 else 700.0
    n = np.int64(y * 1.4426950408889634 + 0.5)
    r = (y - n * _LN2_HIGH) - n * _LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    low = (_TAYLOR[0] + _TAYLOR[1] * r) + (_TAYLOR[2] + _TAYLOR[3] * r) * r2
    middle = (_TAYLOR[4] + _TAYLOR[5] * r) + (_TAYLOR[6] + _TAYLOR[7] * r) * r2
    high = (_TAYLOR[8] + _TAYLOR[9] * r) + (_TAYLOR[10] + _TAYLOR[11] * r) * r2
    rest = _TAYLOR[12] + _TAYLOR[13] * r
    series = low + (middle + (high + rest * r4) * r4) * r4
    return series * _POWER_OF_HALF[n] if x < 700.0 else 0.0


@njit(error_model="numpy", cache=True)
def exp_f64(x):
    """eˣ in float64 with equal bits on every platform."""
    return exp_negative(-x) if x < 0.0 else 1.0 / exp_negative(x)


@njit(inline="always", error_model="numpy")
def poisson_from(none, mean, uniform):
    """Poisson count by inversion; `none` is the chance of a zero, e^(−mean)."""
    probability, total = none, none
    count = 0
    while uniform > total and count < 2000:
        count += 1
        probability = probability * mean * _RECIPROCAL[count]
        total += probability
    return count


@njit(error_model="numpy")
def poisson_inverse(mean, uniform):
    """Poisson count by inversion of its distribution function; for means up to a few hundred."""
    return poisson_from(exp_negative(mean), mean, uniform)


@njit(inline="always", error_model="numpy")
def binomial_from(none, odds, trials, uniform):
    """Binomial count by inversion; `none` is the chance of a zero, `odds` those of one trial."""
    probability, total = none, none
    count = 0
    while uniform > total and count < trials and count < 2000:
        count += 1
        probability = probability * odds * (trials - count + 1) * _RECIPROCAL[count]
        total += probability
    return count


@njit(error_model="numpy")
def whole_power(base, exponent):
    """`base` to a whole power by repeated squaring."""
    result = 1.0
    while exponent > 0:
        if exponent & 1:
            result = result * base
        base = base * base
        exponent >>= 1
    return result


@njit(error_model="numpy")
def binomial_inverse(trials, chance, uniform):
    """Binomial count by inversion of its distribution function; for up to 2000 trials and a chance below 1."""
    return binomial_from(whole_power(1.0 - chance, trials), chance / (1.0 - chance), trials, uniform)


@njit(error_model="numpy", cache=True)
def uniforms(item, moment, patient, stream, seed, replicate):
    """Four uniforms on (0, 1) in float64 at one address; for set-up code outside the hot loop."""
    w0, w1, w2, w3 = philox(U64(item), U64(moment), U64(patient), U64(stream), U64(seed), U64(replicate))
    return unit_f64(w0), unit_f64(w1), unit_f64(w2), unit_f64(w3)


@njit(error_model="numpy", cache=True)
def normals(item, moment, patient, stream, seed, replicate):
    """Four standard normals at one address, as float64; for set-up code outside the hot loop."""
    w0, w1, w2, w3 = philox(U64(item), U64(moment), U64(patient), U64(stream), U64(seed), U64(replicate))
    return (
        F64(normal_from_symmetric(symmetric_f32(w0))),
        F64(normal_from_symmetric(symmetric_f32(w1))),
        F64(normal_from_symmetric(symmetric_f32(w2))),
        F64(normal_from_symmetric(symmetric_f32(w3))),
    )
