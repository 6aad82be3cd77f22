"""How a track moves: the mean by Runge-Kutta (short free fall by series), the covariance by a second-order transition.

Modes: ballistic (gravity J2-J4), boost (three more states: the thrust acceleration, growing by a^2/w as mass is burnt), re-entry
(one more state: 1/beta, the drag acceleration is linear in it), glide (ballistic with large noise), air (level great-circle
flight at constant speed). Time may run backwards (a scan that came late): the noise is then added for the length of the step,
which is cautious.

Air slows and never pushes: 1/beta is above zero, a Gaussian is not. The filter's Gaussian (mean e, covariance P, Pe) is left as
linear updates make it, for a bound applied again at every update would be counted again each time; but x is the mean of
position and velocity given that 1/beta is above zero, and moves with the mean of 1/beta given that (``lightness``): motion and its
derivatives are taken where a body can be. ``update`` goes to the Gaussian's own mean and back along its regression line.

Source: transition F = [[I + G h^2/2, I h + G h^3/6], [G h, I + G h^2/2]], G the gravity gradient (Montenbruck, Gill 2000, ch. 7,
second order); white-acceleration and white-jerk noise: Bar-Shalom, Li, Kirubarajan 2001, 6.2.2 and 6.2.3.
Limits: the covariance knows gravity's point-mass gradient only; drag in it is taken half-way through a step (``step_limit``).
"""

from __future__ import annotations

import math

from numba import njit

from cupola.core.batches import AIR, BALLISTIC, BOOST, REENTRY, Floats
from cupola.core.constants import MU, OMEGA
from cupola.dynamics.atmosphere import density_and_scale
from cupola.dynamics.ellipsoid import radial_height
from cupola.dynamics.gravity import gravity_kernel
from cupola.fusion.pool import Record

LONGEST = 10.0  # s, step of free fall: 1e-3 m
SERIES = 3.0  # s, longest step of free fall by series: 2e-4 m, 1e-6 m/s
FARTHEST = 1e9  # m, beyond which a state is no place of anything
SLOWING = 0.2  # part of its speed through the air that drag may take in one step: the mean is right to 1e-4 of what is lost
BRIEFEST = 1e-6  # s: so that a step ends whatever it is given
CERTAIN = 6.0  # sigma from zero at which the sign of 1/beta is taken for certain


@njit(cache=True, nogil=True)
def extra_states(mode: int) -> int:
    """How many states a mode has beyond position and velocity."""
    if mode == BOOST:
        return 3
    return 1 if mode == REENTRY else 0


@njit(cache=True, nogil=True)
def acceleration(
    mode: int, x: float, y: float, z: float, vx: float, vy: float, vz: float, e0: float, e1: float, e2: float
) -> tuple[float, float, float]:
    """Acceleration (m/s^2) in ECI of a mode at one place; e as in ``pool.TRACK``."""
    if mode == AIR:
        ux, uy = vx + OMEGA * y, vy - OMEGA * x
        k = (ux * ux + uy * uy + vz * vz) / (x * x + y * y + z * z)
        return (
            -2 * OMEGA * uy - OMEGA * OMEGA * x - k * x,
            2 * OMEGA * ux - OMEGA * OMEGA * y - k * y,
            -k * z,
        )
    ax, ay, az = gravity_kernel(x, y, z)
    if mode == BOOST:
        return ax + e0, ay + e1, az + e2
    if mode == REENTRY:
        ux, uy = vx + OMEGA * y, vy - OMEGA * x
        d = 0.5 * density_and_scale(radial_height(x, y, z))[0] * math.sqrt(ux * ux + uy * uy + vz * vz) * e0  # e0: 1/beta
        return ax - d * ux, ay - d * uy, az - d * vz
    return ax, ay, az


@njit(cache=True, nogil=True)
def lightness(e: float, variance: float) -> tuple[float, float]:
    """Mean of a Gaussian 1/beta (m^2/kg) given that it is above zero, and its variance as a share of that without this.

    Source: constraint by truncating the density, Simon, Simon 2010 (Int. J. Systems Science 41, 159-171), with one bound.
    """
    sigma = math.sqrt(max(variance, 0.0))
    if e >= CERTAIN * sigma:
        return e, 1.0
    z = e / sigma if sigma > 0.0 else -math.inf
    if z < -CERTAIN:  # an exponential distribution
        return (-sigma / z, 1.0 / (z * z)) if sigma > 0.0 else (0.0, 1.0)
    k = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) / (0.5 * math.erfc(-z / math.sqrt(2.0)))
    return sigma * (z + k), 1.0 - k * (k + z)


@njit(cache=True, nogil=True)
def along(x: Floats, e: float, Pe: Floats, sign: float) -> None:
    """Move x ``(6,)`` from the mean of the Gaussian to the mean given that 1/beta is above zero (sign 1), or back (-1)."""
    if Pe[0, 6] > 0.0:
        k = sign * (lightness(e, Pe[0, 6])[0] - e) / Pe[0, 6]
        for i in range(6):
            x[i] += k * Pe[0, i]


@njit(cache=True, nogil=True)
def bounded(P: Floats, Pe: Floats, share: float) -> None:
    """Turn P ``(6, 6)`` of the Gaussian into that given that 1/beta is above zero; share: what that leaves of its variance."""
    if Pe[0, 6] > 0.0:
        for i in range(6):
            for j in range(6):
                P[i, j] -= (1.0 - share) / Pe[0, 6] * Pe[0, i] * Pe[0, j]


@njit(cache=True, nogil=True)
def step_limit(mode: int, x: Floats, e: Floats, back: bool) -> float:
    """Longest step (s) that keeps mean and covariance honest in this mode; ``back``: in time. e[0] in re-entry: 1/beta.

    In re-entry, with a drag rate k and density growing by exp(g h) on the way down, k (exp(g h) - 1) / g = ``SLOWING``."""
    if mode == BOOST:
        return 2.0
    if mode == REENTRY:
        ux, uy, uz = x[3] + OMEGA * x[1], x[4] - OMEGA * x[0], x[5]
        rho, thinner = density_and_scale(radial_height(x[0], x[1], x[2]))
        rate = 0.5 * rho * math.sqrt(ux * ux + uy * uy + uz * uz) * max(e[0], 1e-5) + 1e-9
        rise = (x[0] * ux + x[1] * uy + x[2] * uz) / math.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2])
        denser = thinner * rise if back else -thinner * rise
        h = math.log1p(SLOWING * denser / rate) / denser if denser > 1e-3 else SLOWING / rate
        return float(min(2.0, max(h, BRIEFEST)))
    return LONGEST


@njit(cache=True, nogil=True)
def move_mean(mode: int, x: Floats, e: Floats, h: float, w: float) -> None:
    """One Runge-Kutta step of length h (s) of x ``(6,)`` in place; thrust e grows along it."""
    g0 = g1 = g2 = 0.0
    if mode == BOOST:
        size = math.sqrt(e[0] * e[0] + e[1] * e[1] + e[2] * e[2]) / w
        g0, g1, g2 = e[0] * size, e[1] * size, e[2] * size
    px, py, pz, vx, vy, vz = x[0], x[1], x[2], x[3], x[4], x[5]
    a1, b1, c1 = acceleration(mode, px, py, pz, vx, vy, vz, e[0], e[1], e[2])
    k = 0.5 * h
    ux, uy, uz = vx + k * a1, vy + k * b1, vz + k * c1
    m0, m1, m2 = e[0] + k * g0, e[1] + k * g1, e[2] + k * g2
    a2, b2, c2 = acceleration(mode, px + k * vx, py + k * vy, pz + k * vz, ux, uy, uz, m0, m1, m2)
    wx, wy, wz = vx + k * a2, vy + k * b2, vz + k * c2
    a3, b3, c3 = acceleration(mode, px + k * ux, py + k * uy, pz + k * uz, wx, wy, wz, m0, m1, m2)
    qx, qy, qz = vx + h * a3, vy + h * b3, vz + h * c3
    n0, n1, n2 = e[0] + h * g0, e[1] + h * g1, e[2] + h * g2
    a4, b4, c4 = acceleration(mode, px + h * wx, py + h * wy, pz + h * wz, qx, qy, qz, n0, n1, n2)
    s = h / 6.0
    x[0] = px + s * (vx + 2 * ux + 2 * wx + qx)
    x[1] = py + s * (vy + 2 * uy + 2 * wy + qy)
    x[2] = pz + s * (vz + 2 * uz + 2 * wz + qz)
    x[3] = vx + s * (a1 + 2 * a2 + 2 * a3 + a4)
    x[4] = vy + s * (b1 + 2 * b2 + 2 * b3 + b4)
    x[5] = vz + s * (c1 + 2 * c2 + 2 * c3 + c4)
    if mode == BOOST:
        e[0], e[1], e[2] = n0, n1, n2


@njit(cache=True, nogil=True)
def fall(x: Floats, h: float) -> None:
    """Free fall of x ``(6,)`` by h (s, at most ``SERIES``) in place: Lagrange's series and the zonal harmonics of half-way.

    Half the cost of a Runge-Kutta step. Source: f and g series to fourth order, Bate, Mueller, White 1971, 5.6.
    """
    px, py, pz, vx, vy, vz = x[0], x[1], x[2], x[3], x[4], x[5]
    r2 = px * px + py * py + pz * pz
    u = MU / (r2 * math.sqrt(r2))
    p, q = (px * vx + py * vy + pz * vz) / r2, (vx * vx + vy * vy + vz * vz) / r2 - u
    mx, my, mz = px + 0.5 * h * vx, py + 0.5 * h * vy, pz + 0.5 * h * vz
    ax, ay, az = gravity_kernel(mx, my, mz)
    m2 = mx * mx + my * my + mz * mz
    k = MU / (m2 * math.sqrt(m2))
    ax, ay, az = ax + k * mx, ay + k * my, az + k * mz
    f2, f3, f4, g3, g4 = -0.5 * u, 0.5 * u * p, u / 24 * (3 * q - 15 * p * p + u), -u / 6, 0.25 * u * p
    h2 = h * h
    f, g = 1.0 + h2 * (f2 + h * (f3 + h * f4)), h * (1.0 + h2 * (g3 + h * g4))
    df, dg = h * (2 * f2 + h * (3 * f3 + h * 4 * f4)), 1.0 + h2 * (3 * g3 + h * 4 * g4)
    half = 0.5 * h2
    x[0], x[1], x[2] = f * px + g * vx + half * ax, f * py + g * vy + half * ay, f * pz + g * vz + half * az
    x[3], x[4], x[5] = df * px + dg * vx + h * ax, df * py + dg * vy + h * ay, df * pz + dg * vz + h * az


@njit(cache=True, nogil=True)
def transition(mode: int, x: Floats, e: Floats, h: float, w: float, F: Floats) -> None:
    """Write the transition matrix of a step of length h of a mode with more than six states into F ``(9, 9)``."""
    px, py, pz = x[0], x[1], x[2]
    r2 = px * px + py * py + pz * pz
    m = MU / (r2 * math.sqrt(r2))
    k = 3.0 * m / r2
    for i in range(3):
        for j in range(3):
            g = k * x[i] * x[j]
            if i == j:
                g -= m
            F[i, j] = g * (h * h / 2)
            F[i, 3 + j] = g * (h * h * h / 6)
            F[3 + i, j] = g * h
            F[3 + i, 3 + j] = g * (h * h / 2)
        F[i, i] += 1.0
        F[i, 3 + i] += h
        F[3 + i, 3 + i] += 1.0
    if mode == BOOST:
        size = math.sqrt(e[0] * e[0] + e[1] * e[1] + e[2] * e[2]) + 1e-9
        for i in range(3):
            for j in range(3):
                grow = e[i] * e[j] / (size * w)  # derivative of a |a| / w
                one = 1.0 if i == j else 0.0
                grow += one * size / w
                F[i, 6 + j] = one * (h * h / 2) + grow * (h * h * h / 6)
                F[3 + i, 6 + j] = one * h + grow * (h * h / 2)
                F[6 + i, 6 + j] = one + grow * h
                F[6 + i, j] = F[6 + i, 3 + j] = 0.0
    elif mode == REENTRY:
        _drag_transition(x, e, h, F)


@njit(cache=True, nogil=True)
def _drag_transition(x: Floats, e: Floats, h: float, F: Floats) -> None:
    """Add drag to F ``(9, 9)``, second order: by velocity, by height through density, and by 1/beta (state 6)."""
    rho, thinner = density_and_scale(radial_height(x[0], x[1], x[2]))
    r = math.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2])
    ux, uy, uz = x[3] + OMEGA * x[1], x[4] - OMEGA * x[0], x[5]
    speed = math.sqrt(ux * ux + uy * uy + uz * uz) + 1e-9
    k = 0.5 * rho * e[0]
    slower = k * speed * h  # D u = -2 k speed u, D D = k^2 (speed^2 I + 3 u u^T) for D = -k (speed I + u u^T / speed)
    u = (ux, uy, uz)
    for i in range(3):
        a = -0.5 * rho * speed * u[i]  # per 1/beta
        for j in range(3):
            by_v, by_v2 = -k * u[i] * u[j] / speed, 3.0 * k * k * u[i] * u[j]
            if i == j:
                by_v -= k * speed
                by_v2 += k * k * speed * speed
            by_x = -thinner * a * e[0] * x[j] / r
            F[3 + i, 3 + j] += by_v * h + by_v2 * (h * h / 2)
            F[i, 3 + j] += by_v * (h * h / 2) + by_v2 * (h * h * h / 6)
            F[3 + i, j] += by_x * h * (1.0 - slower)
            F[i, j] += by_x * (h * h / 2) * (1.0 - slower * (2.0 / 3.0))
        F[i, 6] = a * (h * h / 2) * (1.0 - slower * (2.0 / 3.0))
        F[3 + i, 6] = a * h * (1.0 - slower)
        F[6, i] = 0.0
        F[6, 3 + i] = 0.0
    F[6, 6] = 1.0


@njit(cache=True, nogil=True)
def _noise_density(mode: int, s: Record) -> float:
    if mode == BALLISTIC:
        return float(s.q_ballistic)
    if mode == BOOST:
        return float(s.q_boost)
    if mode == REENTRY:
        return float(s.q_reentry)
    return float(s.q_climb if mode == AIR else s.q_glide)


@njit(cache=True, nogil=True)
def _carry(x: Floats, P: Floats, h: float, mu: float, q: float) -> None:
    """P <- F P F^T + Q for the six states every mode has, G the gravity gradient at x (mu 0: none).

    F is a leapfrog: half a drift [[I, h/2 I], [0, I]], a kick [[I, 0], [G h, I]], half a drift; it is the transition to second
    order, and P stays positive. Written out: compiled loops over small arrays take twice as long, for to the compiler they may
    overlap. Names: a, b, d are position, cross and velocity blocks.
    """
    r2 = x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
    m = mu / (r2 * math.sqrt(r2))
    k = 3.0 * m / r2
    g0, g1, g2 = k * x[0] * x[0] - m, k * x[0] * x[1], k * x[0] * x[2]
    g3, g4, g5 = k * x[1] * x[1] - m, k * x[1] * x[2], k * x[2] * x[2] - m
    d0, d1, d2, d3, d4, d5 = P[3, 3], P[3, 4], P[3, 5], P[4, 4], P[4, 5], P[5, 5]
    c, k = 0.5 * h, 0.25 * h * h
    a0 = P[0, 0] + h * P[0, 3] + k * d0
    a1 = P[0, 1] + c * (P[0, 4] + P[1, 3]) + k * d1
    a2 = P[0, 2] + c * (P[0, 5] + P[2, 3]) + k * d2
    a3 = P[1, 1] + h * P[1, 4] + k * d3
    a4 = P[1, 2] + c * (P[1, 5] + P[2, 4]) + k * d4
    a5 = P[2, 2] + h * P[2, 5] + k * d5
    b00, b01, b02 = P[0, 3] + c * d0, P[0, 4] + c * d1, P[0, 5] + c * d2
    b10, b11, b12 = P[1, 3] + c * d1, P[1, 4] + c * d3, P[1, 5] + c * d4
    b20, b21, b22 = P[2, 3] + c * d2, P[2, 4] + c * d4, P[2, 5] + c * d5
    e00, e01, e02 = a0 * g0 + a1 * g1 + a2 * g2, a0 * g1 + a1 * g3 + a2 * g4, a0 * g2 + a1 * g4 + a2 * g5  # A G
    e10, e11, e12 = a1 * g0 + a3 * g1 + a4 * g2, a1 * g1 + a3 * g3 + a4 * g4, a1 * g2 + a3 * g4 + a4 * g5
    e20, e21, e22 = a2 * g0 + a4 * g1 + a5 * g2, a2 * g1 + a4 * g3 + a5 * g4, a2 * g2 + a4 * g4 + a5 * g5
    b00, b01, b02 = b00 + c * e00, b01 + c * e01, b02 + c * e02  # half of the kick: D gains h (G B + B^T G) of this B
    b10, b11, b12 = b10 + c * e10, b11 + c * e11, b12 + c * e12
    b20, b21, b22 = b20 + c * e20, b21 + c * e21, b22 + c * e22
    size = abs(h)
    pp, pv, vv = q * size * size * size / 3, q * h * size / 2, q * size
    d0 += 2 * h * (g0 * b00 + g1 * b10 + g2 * b20)
    d1 += h * (g0 * b01 + g1 * b11 + g2 * b21 + g1 * b00 + g3 * b10 + g4 * b20)
    d2 += h * (g0 * b02 + g1 * b12 + g2 * b22 + g2 * b00 + g4 * b10 + g5 * b20)
    d3 += 2 * h * (g1 * b01 + g3 * b11 + g4 * b21)
    d4 += h * (g1 * b02 + g3 * b12 + g4 * b22 + g2 * b01 + g4 * b11 + g5 * b21)
    d5 += 2 * h * (g2 * b02 + g4 * b12 + g5 * b22)
    b00, b01, b02 = b00 + c * e00, b01 + c * e01, b02 + c * e02
    b10, b11, b12 = b10 + c * e10, b11 + c * e11, b12 + c * e12
    b20, b21, b22 = b20 + c * e20, b21 + c * e21, b22 + c * e22
    P[0, 0] = a0 + h * b00 + k * d0 + pp
    P[0, 1] = P[1, 0] = a1 + c * (b01 + b10) + k * d1
    P[0, 2] = P[2, 0] = a2 + c * (b02 + b20) + k * d2
    P[1, 1] = a3 + h * b11 + k * d3 + pp
    P[1, 2] = P[2, 1] = a4 + c * (b12 + b21) + k * d4
    P[2, 2] = a5 + h * b22 + k * d5 + pp
    P[0, 3] = P[3, 0] = b00 + c * d0 + pv
    P[0, 4] = P[4, 0] = b01 + c * d1
    P[0, 5] = P[5, 0] = b02 + c * d2
    P[1, 3] = P[3, 1] = b10 + c * d1
    P[1, 4] = P[4, 1] = b11 + c * d3 + pv
    P[1, 5] = P[5, 1] = b12 + c * d4
    P[2, 3] = P[3, 2] = b20 + c * d2
    P[2, 4] = P[4, 2] = b21 + c * d4
    P[2, 5] = P[5, 2] = b22 + c * d5 + pv
    P[3, 3], P[4, 4], P[5, 5] = d0 + vv, d3 + vv, d5 + vv
    P[3, 4] = P[4, 3] = d1
    P[3, 5] = P[5, 3] = d2
    P[4, 5] = P[5, 4] = d4


@njit(cache=True, nogil=True, inline="always")
def _turn_joint(F: Floats, P: Floats, Pe: Floats, T: Floats, C: Floats, n: int) -> None:
    """The same for n > 6 states kept as P ``(6, 6)`` and the extra rows Pe ``(3, 9)``; T, C ``(9, 9)`` are scratch."""
    gather(P, Pe, C, n)
    for i in range(n):
        for j in range(n):
            total = 0.0
            for k in range(n):
                total += F[i, k] * C[k, j]
            T[i, j] = total
    for i in range(n):
        for j in range(i, n):
            total = 0.0
            for k in range(n):
                total += T[i, k] * F[j, k]
            C[i, j] = total
            C[j, i] = total
    scatter(C, P, Pe, n)


@njit(cache=True, nogil=True)
def gather(P: Floats, Pe: Floats, C: Floats, n: int) -> None:
    """Join P and Pe into C ``(9, 9)``, the leading n states."""
    for i in range(6):
        for j in range(6):
            C[i, j] = P[i, j]
    for i in range(n - 6):
        for j in range(n):
            C[6 + i, j] = Pe[i, j]
            C[j, 6 + i] = Pe[i, j]


@njit(cache=True, nogil=True)
def scatter(C: Floats, P: Floats, Pe: Floats, n: int) -> None:
    """Undo ``gather``."""
    for i in range(6):
        for j in range(6):
            P[i, j] = C[i, j]
    for i in range(n - 6):
        for j in range(n):
            Pe[i, j] = C[6 + i, j]


@njit(cache=True, nogil=True)
def advance(mode: int, x: Floats, P: Floats, e: Floats, Pe: Floats, dt: float, s: Record, scratch: Floats) -> None:
    """Move one track by dt (s, of either sign) in place. ``s``: a Config record; scratch ``(3, 9, 9)``."""
    F, T, C = scratch[0], scratch[1], scratch[2]
    if mode == BALLISTIC and abs(dt) <= SERIES:  # nearly always
        _carry(x, P, dt, MU, s.q_ballistic)
        fall(x, dt)
        return
    n, left, q, state = 6 + extra_states(mode), dt, _noise_density(mode, s), e[0]
    if mode == REENTRY:
        e[0] = lightness(state, Pe[0, 6])[0]
    while left != 0.0:
        if mode == REENTRY and dt < 0.0 and _fast(x, s.speed_limit):
            e[0] = 0.0  # going back undoes drag; but nothing has ever been faster than this
        limit = step_limit(mode, x, e, dt < 0.0)
        h = left if abs(left) <= limit else math.copysign(limit, left)
        left -= h
        if n == 6:
            _carry(x, P, h, 0.0 if mode == AIR else MU, q)
            move_mean(mode, x, e, h, s.exhaust_speed)
            if mode == AIR:
                _level_noise(x, P, h, s.q_air - s.q_climb)
        else:
            if not x[0] * x[0] + x[1] * x[1] + x[2] * x[2] < FARTHEST * FARTHEST:
                break  # no place of anything: ``delete.expire`` ends it
            for i in range(6):
                T[0, i] = x[i]
            move_mean(mode, x, e, h, s.exhaust_speed)
            for i in range(6):  # half-way: a body may double its speed within the step
                T[0, i] = 0.5 * (T[0, i] + x[i])
            transition(mode, T[0], e, h, s.exhaust_speed, F)
            if n == 7:  # a constant lets the loops be unrolled
                _turn_joint(F, P, Pe, T, C, 7)
            else:
                _turn_joint(F, P, Pe, T, C, 9)
            _add_noise(mode, P, e, Pe, h, q, s)
    if mode == REENTRY:
        e[0] = state


@njit(cache=True, nogil=True)
def _fast(x: Floats, limit: float) -> bool:
    return bool(not x[3] * x[3] + x[4] * x[4] + x[5] * x[5] < limit * limit)


@njit(cache=True, nogil=True)
def _level_noise(x: Floats, P: Floats, h: float, q: float) -> None:
    """White acceleration of density q in the horizontal plane only."""
    r2, size = x[0] * x[0] + x[1] * x[1] + x[2] * x[2], abs(h)
    for i in range(3):
        for j in range(3):
            w = q * ((1.0 if i == j else 0.0) - x[i] * x[j] / r2)
            P[i, j] += w * size * size * size / 3
            P[i, 3 + j] += w * h * size / 2
            P[3 + i, j] += w * h * size / 2
            P[3 + i, 3 + j] += w * size


@njit(cache=True, nogil=True)
def _add_noise(mode: int, P: Floats, e: Floats, Pe: Floats, h: float, q: float, s: Record) -> None:
    size = abs(h)
    pp, pv, vv = q * size * size * size / 3, q * h * size / 2, q * size
    if mode == BOOST:
        j = s.q_jerk
        pp += j * size**5 / 20
        pv += j * h * size**3 / 8
        vv += j * size**3 / 3
        for i in range(3):
            Pe[i, i] += j * size**3 / 6
            Pe[i, 3 + i] += j * h * size / 2
            Pe[i, 6 + i] += j * size
    elif mode == REENTRY:
        Pe[0, 6] += s.q_drag * (e[0] * e[0] + 1e-8) * size
    for i in range(3):
        P[i, i] += pp
        P[3 + i, 3 + i] += vv
        P[i, 3 + i] += pv
        P[3 + i, i] += pv
