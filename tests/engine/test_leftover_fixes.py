"""Safe fixes of leftovers, proven by real builds: the same image but for the paths that the rule
names, and smaller."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import dockerlint
from dockerlint.config import Config
from dockerlint.loader import load
from engines import Workplace
from proof import Prover

pytestmark = [pytest.mark.engine, pytest.mark.slow]

APT = "RUN apt-get update && apt-get install -y --no-install-recommends"
CLEAN = "rm -rf /var/lib/apt/lists/*"

CASES = {
    "apt-lists-left": f"FROM debian:12\n{APT} hello\n",
    "apt-archives-left": (
        f"FROM debian:12\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\n{APT} hello && {CLEAN}\n"
    ),
    "archive-left-after-unpacking": (
        f"FROM debian:12\n{APT} curl && {CLEAN}\nRUN tar czf /srv/a.tgz -C /usr/share perl5\n"
        "RUN cd /tmp \\\n && curl -fsSO file:///srv/a.tgz \\\n && tar -xzf a.tgz -C /opt \\\n && ls /opt/perl5\n"
    ),
    "build-directory-left": (
        f"FROM debian:12\n{APT} make && {CLEAN}\nCOPY source /srv/source\n"
        "RUN tar -C /srv -c source | tar -x -C /usr/src && cd /usr/src/source && make install\n"
    ),
    "removed-in-later-layer": (
        f"FROM debian:12\n{APT} curl && {CLEAN}\n"
        "RUN curl -o /opt/words file:///etc/passwd && \\\n    wc -l /opt/words > /opt/count\n"
        "RUN echo done && rm /opt/words\n"
    ),
    "cache-cleaned-in-later-layer": f"FROM debian:12\n{APT} hello\nENV A=1\nRUN {CLEAN}\n",
    "ownership-changed-in-later-layer": (
        "FROM debian:12\nCOPY run.sh /srv/run.sh\nRUN chmod 750 /srv/run.sh\n"
        "COPY a.conf /etc/a.conf\nRUN chown www-data:www-data /etc/a.conf\n"
    ),
    "gem-documents-left": (
        f"FROM debian:12\n{APT} ruby && {CLEAN}\nWORKDIR /g\nCOPY a.gemspec ./\nRUN mkdir lib && echo '# A' > lib/a.rb"
        " && SOURCE_DATE_EPOCH=1700000000 gem build -q a.gemspec\nRUN gem install --local a-1.0.gem\n"
    ),
}
FILES = {
    "source/Makefile": "install:\n\tcp big /usr/local/lib/big\n",
    "source/big": "big\n" * 20_000,
    "run.sh": "echo run\n" * 100,
    "a.conf": "a = 1\n" * 100,
    "a.gemspec": (
        'Gem::Specification.new { |s| s.name = "a"; s.version = "1.0"; s.summary = "A"; s.authors = ["A"];'
        ' s.date = "2024-01-01"; s.files = ["lib/a.rb"] }\n'
    ),
}


@pytest.fixture(scope="module")
def prover(workplace: Workplace) -> Iterator[Prover]:
    with Prover(workplace) as made:
        yield made


@pytest.mark.parametrize("name", CASES)
def test_the_fix_makes_the_same_image_and_a_smaller_one(prover: Prover, name: str) -> None:
    text = CASES[name]
    rule = load().find(name)[0]
    fixed = dockerlint.fix(text, config=Config(select=(name,)))
    assert fixed.text != text
    assert rule.fix is not None
    assert prover.differences(text, fixed.text, rule.fix.paths, files=FILES) == []
    assert prover.image(fixed.text, FILES).size().files < prover.image(text, FILES).size().files
