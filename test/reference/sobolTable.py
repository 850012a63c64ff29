"""Writes src/numeric/sequences/sobolTable.ts: Joe and Kuo's direction numbers (set new-joe-kuo-6), packed, from the copy that scipy installs.

    python3 test/reference/sobolTable.py > src/numeric/sequences/sobolTable.ts
"""

import base64
import os

import numpy as np
import scipy.stats

DIMENSIONS = 1111  # up to degree 13, the last degree whose polynomials are all there
WIDTH = 136

NOTICE = '''/*!
 * Direction numbers of Sobol sequences, set D(6) ("new-joe-kuo-6"), from https://web.maths.unsw.edu.au/~fkuo/sobol/
 * S. Joe and F. Y. Kuo, Constructing Sobol sequences with better two-dimensional projections, SIAM J. Sci. Comput. 30 (2008).
 *
 * Copyright (c) 2008, Frances Y. Kuo and Stephen Joe
 * All rights reserved.
 *
 * Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following
 * conditions are met:
 *
 *  - Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.
 *  - Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer
 *    in the documentation and/or other materials provided with the distribution.
 *  - Neither the names of the copyright holders nor the names of the University of New South Wales and the University of Waikato
 *    and its contributors may be used to endorse or promote products derived from this software without specific prior written
 *    permission.
 *
 * THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS ''AS IS'' AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO,
 * THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT
 * HOLDERS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED
 * TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON
 * ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT
 * OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
 */

// Written by test/reference/sobolTable.py.
'''

data = np.load(os.path.join(os.path.dirname(scipy.stats.__file__), "_sobol_direction_numbers.npz"))
bits = ""
degrees = []
for poly, vinit in zip(data["poly"][1:DIMENSIONS].tolist(), data["vinit"][1:DIMENSIONS].tolist()):
    degree = poly.bit_length() - 1
    degrees.append(degree)
    coefficients, m = (poly >> 1) & ((1 << (degree - 1)) - 1), vinit[:degree]
    assert poly == (1 << degree) + (coefficients << 1) + 1
    assert all(v % 2 == 1 and v < 2 << k for k, v in enumerate(m))
    if degree > 1:
        bits += format(coefficients, f"0{degree - 1}b")
    bits += "".join(format(v >> 1, f"0{k}b") for k, v in enumerate(m) if k > 0)
assert degrees == sorted(degrees)

packed = base64.b64encode(int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")).decode()
print(NOTICE)
print("/** How many dimensions after the first have a polynomial of degree 1, 2, 3, ... */")
print(f"export const DEGREES: readonly number[] = [{', '.join(str(degrees.count(s)) for s in range(1, degrees[-1] + 1))}];\n")
print("/**")
print(" * For each dimension after the first, with a polynomial of degree s: its s - 1 inner coefficients, then (m_k - 1) / 2 in k - 1 bits for")
print(" * k = 1..s. Base 64 of the bits, most significant first.")
print(" */")
print("export const TABLE =")
lines = [packed[i : i + WIDTH - 6] for i in range(0, len(packed), WIDTH - 6)]
print("  " + " +\n  ".join(f"'{line}'" for line in lines) + ";")
