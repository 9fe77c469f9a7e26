"""Paillier as python-paillier computes it, with gmpy2: the baseline of docs/performance.md.

Reads one JSON request per line, answers each with one JSON line. {"setup": {"p": hex, "q": hex, "cells": k}} makes a key and k
ciphertexts; {"operation": name, "count": k} runs an operation k times and answers {"milliseconds": processor time of each}. With
--phe the operations are python-paillier's own, imported from PHE_PATH or wherever Python finds it.
"""
import fractions
import json
import math
import os
import secrets
import sys
import time

import gmpy2
from gmpy2 import invert, mpz, powmod

BASE = 16
MANTISSA_BITS = 53


def signed_weights(count):
    return [secrets.choice((-1, 1)) * (secrets.randbits(31) | 1 << 31) for _ in range(count)]


def float_weights(count):
    return [secrets.choice((-1, 1)) * (secrets.randbits(53) + 1) / 2 ** 53 for _ in range(count)]


def encode_float(value):
    """python-paillier's encoding of a float: an integer and an exponent of 16 that keep all of its 53 bits."""
    exponent = math.floor((math.frexp(value)[1] - MANTISSA_BITS) / math.log2(BASE))
    return round(fractions.Fraction(value) * fractions.Fraction(BASE) ** -exponent), exponent


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

    def times(self, c, weight):
        # A negative factor inverts its ciphertext first.
        return powmod(c if weight > 0 else invert(c, self.n2), abs(weight), self.n2)

    def dot(self, cells, weights):
        return self.sum([self.times(c, w) for c, w in zip(cells, weights)])

    def dot_float(self, cells, weights):
        # Terms of different exponents are brought to the lower one by a power of 16 before they are added.
        total, total_exponent = mpz(1), None
        for c, weight in zip(cells, weights):
            integer, exponent = encode_float(weight)
            term = self.times(c, integer)
            if total_exponent is None:
                total_exponent = exponent
            if exponent > total_exponent:
                term = powmod(term, mpz(BASE) ** (exponent - total_exponent), self.n2)
            elif exponent < total_exponent:
                total = powmod(total, mpz(BASE) ** (total_exponent - exponent), self.n2)
                total_exponent = exponent
            total = total * term % self.n2
        return total


def create_operations(setup):
    key = Key(mpz(setup['p'], 16), mpz(setup['q'], 16), setup['cells'])
    weights, floats = signed_weights(1000), float_weights(1000)
    return {
        'encrypt': lambda i: key.encrypt(mpz(i)),
        'decrypt': lambda i: key.decrypt(key.cells[i % len(key.cells)]),
        'sum1000': lambda i: key.sum(key.cells[:1000]),
        'dot100': lambda i: key.dot(key.cells[:100], weights[:100]),
        'dot1000': lambda i: key.dot(key.cells[:1000], weights),
        'float100': lambda i: key.dot_float(key.cells[:100], floats[:100]),
        'float1000': lambda i: key.dot_float(key.cells[:1000], floats),
    }


def create_phe_operations(setup):
    if 'PHE_PATH' in os.environ:
        sys.path.insert(0, os.environ['PHE_PATH'])
    from phe import paillier
    p, q = int(setup['p'], 16), int(setup['q'], 16)
    public = paillier.PaillierPublicKey(p * q)
    private = paillier.PaillierPrivateKey(public, p, q)
    key = Key(mpz(p), mpz(q), setup['cells'])
    cells = [paillier.EncryptedNumber(public, int(c), 0) for c in key.cells]
    weights, floats = signed_weights(1000), float_weights(1000)

    def dot(count, factors):
        return sum(c * w for c, w in zip(cells[:count], factors))

    return {
        'encrypt': lambda i: public.encrypt(i),
        'decrypt': lambda i: private.raw_decrypt(cells[i % len(cells)].ciphertext(False)),
        'sum1000': lambda i: sum(cells[:1000]),
        'dot100': lambda i: dot(100, weights),
        'dot1000': lambda i: dot(1000, weights),
        'float100': lambda i: dot(100, floats),
        'float1000': lambda i: dot(1000, floats),
    }


def describe(is_phe):
    found = f'gmpy2 {gmpy2.version()}, {gmpy2.mp_version()}'
    if not is_phe:
        return found
    import phe
    return f'python-paillier {phe.__version__}, {found}'


def main():
    is_phe = '--phe' in sys.argv
    operations = {}
    for line in sys.stdin:
        request = json.loads(line)
        if 'setup' in request:
            operations = (create_phe_operations if is_phe else create_operations)(request['setup'])
            answer = {'version': describe(is_phe)}
        else:
            run = operations[request['operation']]
            start = time.process_time()
            for i in range(request['count']):
                run(i)
            answer = {'milliseconds': (time.process_time() - start) * 1000 / request['count']}
        print(json.dumps(answer), flush=True)


main()
