"""Cases with the values that scipy, statsmodels and inspect_ai give: JSON on standard output.

Each case is {"fn", "peer", "input", "want"}; `stats.mjs` runs ours on the same input. Bootstrap resamples are written
out, so that both sides draw the same rows.
"""
import itertools
import json
import sys
import warnings

import numpy as np
from scipy import special, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20250110)
cases = []


def case(fn, peer, given, want):
    cases.append({"fn": fn, "peer": peer, "input": given, "want": want})


# Intervals of a share.
for n in (1, 2, 5, 12, 30, 123, 198, 206, 500, 5000):
    for hits in sorted({0, 1, n // 7, n // 3, n // 2, n - 1, n}):
        for confidence in (0.9, 0.95, 0.99):
            for fn, method in (("wilson", "wilson"), ("clopperPearson", "beta")):
                low, high = proportion_confint(hits, n, alpha=1 - confidence, method=method)
                case(fn, "statsmodels", [hits, n, confidence], [float(low), float(high)])

# The distributions underneath.
for a, b in ((0.5, 0.5), (1, 3), (13, 18), (412, 89), (2.5, 400)):
    for x in (0.001, 0.1, 0.4, 0.75, 0.999):
        case("betaDistribution", "scipy", [x, a, b], float(special.betainc(a, b, x)))
    for p in (0.005, 0.025, 0.5, 0.975):
        case("betaQuantile", "scipy", [p, a, b], float(special.betaincinv(a, b, p)))
for z in (-8, -3, -1.96, -0.2, 0, 1, 2.5, 5):
    case("normalDistribution", "scipy", [z], float(stats.norm.cdf(z)))
for p in (1e-6, 0.025, 0.3, 0.5, 0.9, 0.9995):
    case("normalQuantile", "scipy", [p], float(stats.norm.ppf(p)))
    for df in (1, 2, 11, 29, 197, 5000):
        case("studentQuantile", "scipy", [p, df], float(stats.t.ppf(p, df)))

# pass@k as inspect_ai's reducer computes it, from scores of one sample each.
from inspect_ai.scorer import SampleScore, Score, bootstrap_stderr, ci, pass_at, stderr

for n, c in ((4, 1), (8, 3), (16, 16), (16, 0), (64, 5), (200, 7)):
    for k in (1, 2, 4, n // 2, n):
        scores = [Score(value=1.0 if i < c else 0.0) for i in range(n)]
        case("passAtK", "inspect_ai", [n, c, k], float(pass_at(k)(scores).as_float()))

# maj@k: every subset, in Python.
for n, classes in ((6, 3), (7, 2), (8, 4)):
    for _ in range(6):
        answers = [None if x == classes else int(x) for x in rng.integers(0, classes + 1, n)]
        right = [a == 0 for a in answers]
        for k in (1, 2, 3, 5, n):
            total = count = 0.0
            for subset in itertools.combinations(range(n), k):
                votes = {}
                for i in subset:
                    if answers[i] is not None:
                        votes[answers[i]] = votes.get(answers[i], 0) + 1
                count += 1
                if votes:
                    top = [a for a, v in votes.items() if v == max(votes.values())]
                    total += (0 in top) / len(top)
            case("majAtK", "enumeration", [answers, right, k], total / count)

# Clustered standard errors.
for problems, k in ((30, 16), (40, 8), (12, 4), (100, 1)):
    p = rng.beta(0.5, 0.65, problems)
    values = [float(x) for x in rng.binomial(1, np.repeat(p, k))]
    clusters = [int(x) for x in np.repeat(np.arange(problems), k)]
    samples = [SampleScore(score=Score(value=v), sample_metadata={"problem": c}) for v, c in zip(values, clusters)]
    interval = ci(cluster="problem")(samples)
    want = [float(stderr(cluster="problem")(samples)), float(interval["lower"]), float(interval["upper"])]
    case("clusteredMean", "inspect_ai", [values, clusters], want)
    plain = [SampleScore(score=Score(value=v), sample_metadata={}) for v in values]
    case("ordinary error", "inspect_ai", [values], float(stderr()(plain)))

# Paired and unpaired tests.
for b, c in ((0, 5), (3, 1), (10, 2), (1, 1), (0, 0), (40, 25), (200, 260)):
    case("mcnemar", "statsmodels", [b, c], float(mcnemar([[7, b], [c, 9]], exact=True).pvalue))
for n, k in ((30, 1), (30, 16), (198, 1)):
    a, b = rng.binomial(k, rng.beta(0.6, 0.6, n)) / k, rng.binomial(k, rng.beta(0.6, 0.6, n)) / k
    ends = stats.ttest_rel(a, b).confidence_interval(0.95)
    case("paired interval", "scipy", [a.tolist(), b.tolist()], [float(ends.low), float(ends.high)])
for n, k in ((8, 4), (12, 2), (10, 3), (14, 1)):
    d = (rng.integers(-k, k + 1, n) / k).tolist()
    got = stats.permutation_test((np.array(d),), np.sum, permutation_type="samples", alternative="two-sided", n_resamples=np.inf)
    case("signFlip", "scipy", [d], float(got.pvalue))
for table in ([[13, 17], [5, 25]], [[412, 88], [381, 119]], [[117, 89], [84, 122]], [[22, 101], [12, 111]], [[0, 5], [5, 0]], [[157, 25], [154, 28]], [[3, 0], [0, 0]]):
    case("fisherExact", "scipy", table, float(stats.fisher_exact(table)[1]))
from statsmodels.stats.proportion import confint_proportions_2indep

for a, n1, b, n2 in ((13, 30, 5, 30), (412, 500, 381, 500), (22, 123, 12, 123), (0, 10, 10, 10)):
    low, high = confint_proportions_2indep(a, n1, b, n2, method="newcomb")
    case("newcombe", "statsmodels", [a, n1, b, n2], [float(low), float(high)])
for m in (1, 3, 6, 9):
    p = rng.uniform(0, 0.2, m).tolist()
    case("holm", "statsmodels", [p], multipletests(p, method="holm")[1].tolist())

# Power. Miller's formula is the paired z test's sample size; statsmodels solves it for n.
from statsmodels.stats.power import normal_sample_size_one_tail, NormalIndPower

for delta, variance in ((0.03, 0.2), (0.05, 0.15), (0.1, 0.3), (0.2, 0.25)):
    n = normal_sample_size_one_tail(delta, 0.8, 0.025, std_null=np.sqrt(variance))
    case("problemsNeeded", "statsmodels", [delta, variance], float(np.ceil(n)))
# The exact power of McNemar's test: a sum over all outcomes with scipy's distributions.
for better, worse, n in ((0.2, 0.1, 30), (0.3, 0.05, 30), (0.1, 0.05, 198), (0.09, 0.06, 500)):
    power = 0.0
    for d in range(n + 1):
        chance = stats.binom.pmf(d, n, better + worse)
        x = np.arange(d + 1)
        p = np.minimum(1, 2 * stats.binom.cdf(np.minimum(x, d - x), d, 0.5))
        power += chance * stats.binom.pmf(x, d, better / (better + worse))[p <= 0.05].sum()
    case("mcnemarPower", "scipy", [better, worse, n], float(power))

# Bootstrap: the same resamples on both sides, and our own draws against scipy's.
# k is a power of two, so that sums are exact: scipy tells equal means that differ in their last digit apart, we do not.
for problems, k in ((12, 4), (30, 16), (40, 1), (100, 8)):
    p = rng.beta(0.5, 0.65, problems)
    shares = (rng.binomial(k, p) / k).tolist()
    for method in ("bca", "percentile"):
        seed = 11
        B = 999
        drawn = np.random.default_rng(seed).integers(0, problems, (B, problems))

        class Same(np.random.Generator):
            """Hands scipy the resamples that are written out."""

        values = np.array(shares)
        res = stats.bootstrap(
            (values,), np.mean, n_resamples=B, method="BCa" if method == "bca" else "percentile", vectorized=True,
            batch=None, rng=np.random.default_rng(seed),
        )
        # scipy draws its indices as rng.integers(0, n, (batch, n)): the same call, so the same rows. Checked, not assumed.
        assert np.allclose(np.sort(values[drawn].mean(axis=1)), np.sort(res.bootstrap_distribution))
        case("bootstrap same rows", "scipy", [shares, method, drawn.tolist()],
             [float(res.confidence_interval.low), float(res.confidence_interval.high), float(res.standard_error)])
    ends = []
    for s in range(20):
        res = stats.bootstrap((np.array(shares),), np.mean, n_resamples=10000, method="BCa", rng=np.random.default_rng(s))
        ends.append([res.confidence_interval.low, res.confidence_interval.high])
    ends = np.array(ends)
    case("bootstrap own rows", "scipy", [shares], {"mean": ends.mean(axis=0).tolist(), "sd": ends.std(axis=0, ddof=1).tolist()})
    scores = [SampleScore(score=Score(value=v), sample_metadata={}) for v in shares]
    np.random.seed(3)
    errors = [bootstrap_stderr(num_samples=10000)(scores) for _ in range(5)]
    case("bootstrap error", "inspect_ai", [shares], {"mean": float(np.mean(errors)), "sd": float(np.std(errors, ddof=1))})

json.dump(cases, sys.stdout)
