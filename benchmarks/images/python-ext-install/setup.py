from setuptools import Extension, setup

setup(
    name="levenshtein-cli",
    version="0.1",
    py_modules=["levenshtein_cli"],
    ext_modules=[Extension("_levenshtein", ["_levenshtein.c"])],
    entry_points={"console_scripts": ["levenshtein=levenshtein_cli:main"]},
)
