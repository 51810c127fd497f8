from Cython.Build import cythonize
from setuptools import setup

setup(name="primes", ext_modules=cythonize("primes.pyx", language_level=3))
