import sys

import _levenshtein


def main():
    print(_levenshtein.distance(sys.argv[1], sys.argv[2]))
