from __future__ import annotations

import pytest

from dockerlint.knowledge.bases import base_image_of
from dockerlint.lint import read
from dockerlint.shell.demands import Demands, demands
from dockerlint.source import Source


def _asked(text: str) -> Demands:
    dockerfile = read(Source.of_text(text))
    image = dockerfile.stages[0].image
    assert image is not None
    base = base_image_of(image)
    assert base is not None
    return demands(dockerfile.stages, base)


@pytest.mark.parametrize(
    ("body", "needs"),
    [
        ("RUN git clone https://example.org/x", "git"),
        ("RUN make install", "make"),
        ("RUN pip install psycopg2==2.9", "psycopg2==2.9"),
        ("RUN pip install git+https://example.org/x", "git"),
        ("RUN pip install --no-binary :all: lxml", "pip --no-binary"),
        ("RUN python -m pip install mysqlclient", "mysqlclient"),
        ("RUN python setup.py install", "setup.py"),
        ("RUN apt-get update && apt-get install -y libpq-dev", "libpq-dev"),
        ("RUN apt-get update && apt-get install -y gcc && pip install x", "gcc"),
        ("RUN --mount=type=ssh pip install x", "ssh"),
        ("HEALTHCHECK CMD curl -f http://localhost", "curl"),
        ('ENTRYPOINT ["git", "daemon"]', "git"),
    ],
)
def test_what_only_the_full_image_has_is_a_need(body: str, needs: str) -> None:
    assert _asked(f"FROM python:3.12\n{body}\n").needs == needs


@pytest.mark.parametrize(
    "body",
    [
        "RUN pip install psycopg2-binary flask",
        "RUN python manage.py collectstatic",
        "RUN apt-get update && apt-get install -y git && git clone https://example.org/x",
        "RUN apt-get update && apt-get install -y gnupg && gpg --list-keys",
        "RUN mkdir /x && chmod 700 /x && perl -e 1",
        'CMD ["gunicorn", "app:app"]',
    ],
)
def test_what_the_slim_image_has_or_the_stage_installs_is_none(body: str) -> None:
    asked = _asked(f"FROM python:3.12\n{body}\n")
    assert (asked.needs, asked.unsure) == (None, None)


@pytest.mark.parametrize(
    ("body", "unsure"),
    [
        ("RUN ./setup.sh", "./setup.sh"),
        ("RUN bash /opt/install", "/opt/install"),
        ("RUN $INSTALLER", "$INSTALLER"),
        ('ENTRYPOINT ["entrypoint.sh"]', "entrypoint.sh"),
        ("RUN cargo build", "cargo"),
        ("ONBUILD COPY . /app", "the image that ONBUILD is for"),
        ("RUN apt-get install -y $PACKAGES", "$PACKAGES"),
    ],
)
def test_what_cannot_be_read_is_a_doubt(body: str, unsure: str) -> None:
    asked = _asked(f"FROM python:3.12\n{body}\n")
    assert (asked.needs, asked.unsure) == (None, unsure)


def test_a_download_on_the_slim_node_image_needs_certificates() -> None:
    install = "apt-get install -y --no-install-recommends curl"
    text = f"FROM node:22\nRUN {install} && curl https://example.org\n"
    assert _asked(text).needs == "ca-certificates"
    assert _asked(text.replace("curl &&", "curl ca-certificates &&")).needs is None


def test_managers_that_install_what_the_file_does_not_name_are_told() -> None:
    assert _asked("FROM node:22\nRUN npm ci && npm run build\n").installs_by == ("npm",)
    assert _asked("FROM node:22\nRUN npm run build\n").installs_by == ()
    assert _asked("FROM node:22\nRUN yarn --frozen-lockfile\n").installs_by == ("yarn",)
