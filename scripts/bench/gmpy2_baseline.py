"""Paillier as python-paillier computes it, with gmpy2: the baseline of docs/performance.md.

Reads one JSON request per line, answers each with one JSON line. {"setup": {"p": hex, "q": hex, "cells": k}} makes a key and k
ciphertexts; {"operation": name, "count": k} runs an operation k times and answers {"milliseconds": processor time of each}.
"""
import json
import secrets
import sys
import time

import gmpy2
from gmpy2 import invert, mpz, powmod


def signed_weights(count):
    return [secrets.choice((-1, 1)) * (secrets.randbits(31) | 1 << 31) for _ in range(count)]


class Key:
    def __init__(self, p, q, cells):
        self.p, self.q, self.n = p, q, p * q
        self.n2, self.p2, self.q2 = self.n ** 2, p * p, q * q
        self.p_inverse = invert(p, q)
        self.hp = invert((powmod(1 + self.n, p - 1, self.p2) - 1) // p, p)
        self.hq = invert((powmod(1 + self.n, q - 1, self.q2) - 1) // q, q)
        self.cells = [self.encrypt(mpz(i)) for i in range(min(cells, 8))]
        while len(self.cells) < cells:
            self.cells.append(self.cells[-1] * self.cells[-5] % self.n2)

    def encrypt(self, m):
        r = mpz(secrets.randbelow(int(self.n) - 1) + 1)
        return (1 + self.n * m) * powmod(r, self.n, self.n2) % self.n2

    def decrypt(self, c):
        mp = (powmod(c % self.p2, self.p - 1, self.p2) - 1) // self.p * self.hp % self.p
        mq = (powmod(c % self.q2, self.q - 1, self.q2) - 1) // self.q * self.hq % self.q
        return mp + self.p * ((mq - mp) * self.p_inverse % self.q)

    def sum(self, cells):
        total = cells[0]
        for c in cells[1:]:
            total = total * c % self.n2
        return total

    def dot(self, cells, weights):
        # As python-paillier does: a negative factor inverts its ciphertext first.
        return self.sum([powmod(c if w > 0 else invert(c, self.n2), abs(w), self.n2) for c, w in zip(cells, weights)])


def create_operations(key):
    weights = signed_weights(1000)
    return {
        'encrypt': lambda i: key.encrypt(mpz(i)),
        'decrypt': lambda i: key.decrypt(key.cells[i % len(key.cells)]),
        'sum1000': lambda i: key.sum(key.cells[:1000]),
        'dot100': lambda i: key.dot(key.cells[:100], weights[:100]),
        'dot1000': lambda i: key.dot(key.cells[:1000], weights),
    }


def main():
    operations = {}
    for line in sys.stdin:
        request = json.loads(line)
        if 'setup' in request:
            setup = request['setup']
            operations = create_operations(Key(mpz(setup['p'], 16), mpz(setup['q'], 16), setup['cells']))
            answer = {'version': f'gmpy2 {gmpy2.version()}, {gmpy2.mp_version()}'}
        else:
            run = operations[request['operation']]
            start = time.process_time()
            for i in range(request['count']):
                run(i)
            answer = {'milliseconds': (time.process_time() - start) * 1000 / request['count']}
        print(json.dumps(answer), flush=True)


main()
