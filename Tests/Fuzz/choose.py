#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Chooses the files of a corpus from libFuzzer's control file of a set-cover merge.

Always the file next that adds most of what is not covered yet; the limits are those that
FuzzCorpusTests holds the corpus against.
"""

import os
import sys

FILE_COUNT_MAX = 50
SIZE_BYTES_MAX = 64 * 1024
# Room for the others: one long file must not take a quarter of it all.
FILE_SIZE_BYTES_MAX = 8 * 1024


def candidates(control_path):
    """The features of every file that the merge has run."""
    with open(control_path, encoding="utf-8") as control:
        lines = control.read().splitlines()
    file_count = int(lines[0])
    paths = lines[2 : 2 + file_count]
    features = {}
    for line in lines[2 + file_count :]:
        words = line.split()
        if words and words[0] == "FT":
            features.setdefault(paths[int(words[1])], set()).update(words[2:])
    return features


def choose(features):
    sizes = {path: os.path.getsize(path) for path in features}
    chosen, covered, size = [], set(), 0
    while len(chosen) < FILE_COUNT_MAX:
        fitting = [
            (len(added - covered), -sizes[path], path)
            for path, added in features.items()
            if sizes[path] <= FILE_SIZE_BYTES_MAX and size + sizes[path] <= SIZE_BYTES_MAX
        ]
        gain, _, path = max(fitting, default=(0, 0, ""))
        if gain == 0:
            break
        chosen.append(path)
        covered |= features[path]
        size += sizes[path]
    return chosen


if __name__ == "__main__":
    print("\n".join(choose(candidates(sys.argv[1]))))
