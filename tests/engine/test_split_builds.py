"""Files that are split are built before and after all fixes: both print the same, and the compiler is gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import dockerlint
from dockerlint.contract import Promise, judge
from dockerlint.image import Image, merged
from engines import Workplace
from proof import Prover

pytestmark = [pytest.mark.engine, pytest.mark.slow]

MAKE = (
    """\
FROM debian:bookworm
RUN apt-get update && apt-get install -y \\
    gcc \\
    make \\
    libssl-dev \\
    zlib1g-dev
WORKDIR /app
COPY . .
RUN make
CMD ["./bin/server", "conf/server.conf"]
""",
    {
        "Makefile": "bin/server: src/main.c\n\tmkdir -p bin\n\tgcc -fopenmp -o $@ $< -lcrypto -lz\n",
        "src/main.c": """\
#include <openssl/sha.h>
#include <stdio.h>
#include <zlib.h>
int main(int count, char **words) {
    unsigned char digest[32];
    char line[64] = "";
    int sum = 0;
    fgets(line, 64, fopen(words[1], "r"));
    SHA256((unsigned char *)"x", 1, digest);
#pragma omp parallel for reduction(+ : sum)
    for (int i = 0; i < 10; i++) sum += i;
    printf("%02x %lu %d %s", digest[0], crc32(0, (unsigned char *)"abc", 3), sum, line);
    return 0;
}
""",
        "conf/server.conf": "port 80\n",
    },
    "./bin/server conf/server.conf",
)
INSTALL = (
    """\
FROM debian:bookworm
RUN set -eux; \\
    apt-get update; \\
    apt-get install -y --no-install-recommends g++ cmake make; \\
    groupadd --system app && useradd --system --gid app app; \\
    rm -rf /var/lib/apt/lists/*
COPY CMakeLists.txt main.cpp greet.cpp /src/
RUN cmake -S /src -B /src/out && cmake --build /src/out && cmake --install /src/out && ldconfig \\
    && mkdir -p /var/lib/greet && chown app:app /var/lib/greet
WORKDIR /var/lib/greet
USER app
ENTRYPOINT ["greet"]
""",
    {
        "CMakeLists.txt": "cmake_minimum_required(VERSION 3.10)\nproject(greet CXX)\nadd_library(greeting SHARED greet.cpp)\n"
        "add_executable(greet main.cpp)\ntarget_link_libraries(greet greeting)\ninstall(TARGETS greet greeting)\n"
        'set_target_properties(greet PROPERTIES INSTALL_RPATH "")\n',
        "greet.cpp": '#include <string>\nstd::string greeting() { return "good day"; }\n',
        "main.cpp": """\
#include <fstream>
#include <iostream>
#include <string>
std::string greeting();
int main() {
    std::ofstream file("state");
    std::cout << greeting() << (file ? " and a file" : "") << std::endl;
}
""",
    },
    "sh -c greet",
)
PYTHON = (
    """\
FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends python3-venv python3-dev gcc libc6-dev
RUN python3 -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY fast /tmp/fast
RUN pip install --no-index --no-build-isolation /tmp/fast
COPY app.py /app/
CMD ["python3", "/app/app.py"]
""",
    {
        "fast/setup.py": "from setuptools import Extension, setup\n"
        'setup(name="fast", version="1", ext_modules=[Extension("fast", ["fast.c"])])\n',
        "fast/fast.c": """\
#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "fast", "", -1, methods};
PyMODINIT_FUNC PyInit_fast(void) { return PyModule_Create(&module); }
""",
        "app.py": "import fast, sys\nprint(fast.answer(), sys.prefix)\n",
    },
    "python3 /app/app.py",
)


@pytest.fixture(scope="module")
def prover(workplace: Workplace) -> Iterator[Prover]:
    with Prover(workplace, "buildah") as made:
        yield made


def said(image: Image) -> object:
    return merged(image.layers)["tmp/said"].digest


def weight(image: Image) -> int:
    return sum(layer.size.files for layer in image.layers)


@pytest.mark.parametrize(
    ("text", "files", "command"), [MAKE, INSTALL, PYTHON], ids=["make", "install", "python"]
)
def test_a_split_image_does_the_same_without_its_compiler(
    text: str, files: dict[str, str], command: str, prover: Prover
) -> None:
    fixed = dockerlint.fix(text, unsafe=True).text
    assert len(dockerlint.parse(fixed).stages) == 2
    before, after = (prover.image(f"{t}RUN {command} > /tmp/said\n", files=files) for t in (text, fixed))
    assert said(before) == said(after)
    assert "usr/bin/gcc" in merged(before.layers)
    assert "usr/bin/gcc" not in merged(after.layers)
    assert weight(after) * 2 < weight(before)
    judgement = judge(before, after, Promise(closure=True))
    assert judgement.holds, judgement
