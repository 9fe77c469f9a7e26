"""Writes numpy.json: what NumPy makes of small expressions, beside the same line in the script language.

Run once, by hand: python3 test/vectors/numpy-vectors.py > test/vectors/numpy.json
"""
import json
import numpy as np

rng = np.random.default_rng(20)
a = np.round(rng.uniform(-50, 50, (5, 4)), 3)
names = ["p", "q", "r", "s"]
w4 = [0.7, -0.3, 2.5, 0.1]
w5 = [[1.5], [-2.0], [0.25], [3.0], [10.0]]
m = [[1, 2, 0.5], [0, -1, 4], [2.25, 3, -6], [1, 1, 1]]

cases = [
    ("data.add(3)", a + 3),
    ("data.sub(0.1)", a - 0.1),
    ("data.mul(-2.5)", a * -2.5),
    ("data.div(3)", a / 3),
    ("data.neg()", -a),
    (f"data.add({w4})", a + np.array(w4)),
    (f"data.mul({w5})", a * np.array(w5)),
    (f"data.div({w4})", a / np.array(w4)),
    (f"data.col('q').add({w5})", a[:, 1] + np.array(w5)),
    ("data.add(data.t().t())", a + a),
    ("data.sub(data.mean(0))", a - a.mean(0)),
    ("data.sub(data.get(-1))", a - a[-1]),
    ("data[2]", a[2]),
    ("data[-1][-2]", a[-1][-2]),
    ("data.get(1, 3)", a[1, 3]),
    ("data.slice(1, 4)", a[1:4]),
    ("data.slice(-2)", a[-2:]),
    ("data.slice([null, null, -2], [1, 3])", a[::-2, 1:3]),
    ("data.slice([4, 0, -2], null)", a[4:0:-2]),
    ("data.slice([10, 20])", a[10:20]),
    ("data.slice([1, 3], 2)", a[1:3, 2]),
    ("data.slice(null, -1)", a[:, -1]),
    ("data.slice([null, null, -2], 0).sum()", a[::-2, 0].sum()),
    ("data.slice([1, 4], [2, null])", a[1:4, 2:]),
    ("data.slice([0, 5], [1, 3]).mul(2).slice(null, 1)", (a[0:5, 1:3] * 2)[:, 1]),
    ("data.rows([3, 0, -1])", a[[3, 0, -1]]),
    ("data.rows(2, null)", a[2:]),
    ("data.cols('s', 'p')", a[:, [3, 0]]),
    ("data.cols(-1, 1)", a[:, [-1, 1]]),
    ("data.t()", a.T),
    ("data.reshape(2, -1)", a.reshape(2, -1)),
    ("data.reshape([5, 2, 2]).transpose(2, 0, 1)", a.reshape(5, 2, 2).transpose(2, 0, 1)),
    ("data.reshape(5, 2, 2).sum(1)", a.reshape(5, 2, 2).sum(1)),
    ("data.reshape(5, 2, 2).mean([0, -1])", a.reshape(5, 2, 2).mean((0, -1))),
    ("data.concat(data.slice(0, 2))", np.concatenate([a, a[0:2]])),
    ("data.concat([data.cols('q'), data.cols('r')], 1)", np.concatenate([a, a[:, [1]], a[:, [2]]], 1)),
    ("data.sum()", a.sum()),
    ("data.sum(0)", a.sum(0)),
    ("data.sum(-1)", a.sum(-1)),
    ("data.mean()", a.mean()),
    ("data.mean(1)", a.mean(1)),
    ("data.slice(0, 0).sum(0)", a[0:0].sum(0)),
    (f"data.dot({w4})", a.dot(w4)),
    (f"data.dot({m})", a.dot(m)),
    (f"data.matmul({m})", a @ np.array(m)),
    (f"data[0].dot({m})", a[0].dot(m)),
    (f"data[0].dot({w4})", a[0].dot(w4)),
    (f"data.reshape(5, 1, 4).dot({m})", a.reshape(5, 1, 4).dot(m)),
    ("data.dot(2)", a.dot(2)),
    ("data.col('p').mean().mul(3).sub(1).div(7)", (a[:, 0].mean() * 3 - 1) / 7),
]

lines = ",\n".join(json.dumps({"script": script, "expected": np.asarray(value).tolist()}) for script, value in cases)
print(f'{{"columns": {json.dumps(names)},\n"rows": {json.dumps(a.tolist())},\n"cases": [\n{lines}\n]}}')
