"""Writes outputs.json: Yeo-Johnson transforms by scipy and scikit-learn, for src/numeric/outcomeTransform.ts to reproduce."""
import json
from pathlib import Path

import numpy as np
from scipy.stats import yeojohnson
from sklearn.preprocessing import PowerTransformer, StandardScaler

rng = np.random.RandomState(0)
powers = [[x, p, float(yeojohnson(np.array([x]), p)[0])] for x in (-3.0, -0.5, 0.0, 0.4, 12.0) for p in (-1.0, 0.0, 0.5, 1.0, 2.0, 2.7)]
cases = [rng.lognormal(0, 1, 40), rng.standard_normal(25), rng.gamma(2, 3, 60) - 5, -rng.lognormal(0, 0.5, 30)]
fit = lambda v: PowerTransformer().fit_transform(StandardScaler().fit_transform(v.reshape(-1, 1))).ravel()
Path(__file__).with_suffix(".json").write_text(json.dumps({
    "powers": powers,
    "cases": [{"values": v.tolist(), "targets": fit(v).tolist()} for v in cases],
}))
