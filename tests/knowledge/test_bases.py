from __future__ import annotations

import pytest

from dockerlint.knowledge import bases
from dockerlint.knowledge.bases import base_image, base_image_of, release_of
from dockerlint.knowledge.tables import BASES


def _slim(reference: str) -> str | None:
    image = base_image_of(reference)
    assert image is not None
    return next((light.image for light in image.lighter if light.kind == "slim"), None)


def _ended(reference: str) -> list[str]:
    image = base_image_of(reference)
    assert image is not None
    return [release.label for release in image.releases if release.ended("2026-11-23")]


@pytest.mark.parametrize(
    ("reference", "slim"),
    [
        ("python:3.12", "python:3.12-slim"),
        ("python:3.12.4-bookworm", "python:3.12.4-slim-bookworm"),
        ("python:3.13-rc-bookworm", None),
        ("python:bookworm", "python:slim-bookworm"),
        ("node:20", "node:20-slim"),
        ("node:20-bookworm", "node:20-bookworm-slim"),
        ("node:lts-bullseye", "node:lts-bullseye-slim"),
        ("node", "node:slim"),
        ("debian:12", "debian:12-slim"),
        ("debian:bookworm-20240101", "debian:bookworm-20240101-slim"),
        ("debian", "debian:stable-slim"),
        ("debian:bookworm-backports", None),
        ("docker.io/library/ruby:3.3", "docker.io/library/ruby:3.3-slim"),
        ("perl:5.38-threaded", None),
        ("python:3.12-slim", None),
        ("python:3.12-alpine", None),
        ("ubuntu:20.04", None),
        ("php:8.3-apache", None),
    ],
)
def test_the_slim_tag_is_spelt_as_the_image_spells_it(reference: str, slim: str | None) -> None:
    assert _slim(reference) == slim


@pytest.mark.parametrize(
    ("reference", "ended"),
    [
        ("ubuntu:20.04", ["Ubuntu 20.04"]),
        ("ubuntu:focal-20230801", ["Ubuntu 20.04"]),
        ("ubuntu:24.04", []),
        ("ubuntu", []),
        ("debian:stretch-slim", ["Debian 9"]),
        ("debian:9.13", ["Debian 9"]),
        ("python:3.7", ["Python 3.7"]),
        ("python:3.12-slim-buster", ["Debian 10"]),
        ("python:2.7-alpine3.9", ["Python 2.7", "Alpine 3.9"]),
        ("python:3", []),
        ("node:14-stretch", ["Node.js 14", "Debian 9"]),
        ("node:erbium", ["Node.js 12"]),
        ("alpine:3.12.1", ["Alpine 3.12"]),
        ("alpine:3", []),
        ("centos:7.9.2009", ["CentOS Linux 7"]),
        ("centos:centos6", ["CentOS Linux 6"]),
        ("mcr.microsoft.com/dotnet/core/sdk:3.1", ["NET 3.1"]),
        ("golang:1.19-alpine", ["Go 1.19"]),
        ("golang:1.2", []),
        ("openjdk:8-jre", ["The openjdk image for Java 8"]),
        ("eclipse-temurin:17-jre", []),
        ("amazonlinux:2.0.20230418.0", ["Amazon Linux 2"]),
    ],
)
def test_a_tag_tells_which_releases_have_ended(reference: str, ended: list[str]) -> None:
    assert [label.lstrip(".") for label in _ended(reference)] == ended


def test_a_registry_with_a_port_is_no_tag() -> None:
    assert bases.split_reference("registry:5000/team/app") == ("registry:5000/team/app", "", "")
    assert bases.split_reference("r:5000/a:1@sha256:ff") == ("r:5000/a", "1", "sha256:ff")


def test_the_same_name_on_another_registry_is_another_image() -> None:
    assert base_image("ghcr.io/team/python", "3.7") is None
    assert base_image("team/python", "3.7") is None
    assert base_image("mirror.gcr.io/library/python", "3.7") is not None


def test_a_variant_tells_what_an_image_holds() -> None:
    full, slim, alpine = (base_image_of(f"node:20{tail}") for tail in ("", "-slim", "-alpine"))
    assert full is not None
    assert slim is not None
    assert alpine is not None
    assert "compilers" in full.provides
    assert "compilers" not in slim.provides
    assert "ca-certificates" in slim.lacks
    assert (full.libc, alpine.libc) == ("glibc", "musl")
    assert full.megabytes > slim.megabytes > alpine.megabytes
    assert (full.size_class, alpine.size_class) == ("large", "small")
    assert alpine.package_manager == "apk"


def test_musl_is_never_an_exact_replacement() -> None:
    for name, spec in BASES["images"].items():
        image = base_image(spec.get("names", [name])[0] if spec.get("names", [name]) else name, "20")
        if image is not None:
            assert not [light for light in image.lighter if light.exact and not light.same_libc]


def test_a_jre_is_offered_only_for_releases_that_have_one() -> None:
    def jre(reference: str) -> list[str]:
        image = base_image_of(reference)
        assert image is not None
        return [light.image for light in image.lighter if light.kind == "jre"]

    assert jre("eclipse-temurin:17-jdk-jammy") == ["eclipse-temurin:17-jre-jammy"]
    assert jre("eclipse-temurin:17-jre") == []
    assert jre("eclipse-temurin:12") == []
    assert jre("openjdk:17-jdk-slim") == ["eclipse-temurin:17-jre"]


def test_every_successor_is_still_maintained_on_the_day_of_the_table() -> None:
    for product, life in BASES["life"].items():
        if life["supported"]:
            ends = life["end"].get(life["supported"])
            assert ends is None or ends >= bases.as_of(), product
        else:
            assert life["advice"], product


def test_every_image_names_a_known_distribution_and_life_cycle() -> None:
    for name, spec in BASES["images"].items():
        assert spec["distro"] in BASES["distro"], name
        assert not spec["life"] or spec["life"] in BASES["life"], name
        assert spec["source"].startswith("https://"), name
        assert not spec["slim"] or spec["slim_mb"] < spec["mb"], name
    for product, life in BASES["life"].items():
        assert life["source"].startswith("https://"), product
        assert set(life["codenames"].values()) & set(life["end"]) or not life["codenames"], product
        assert all(len(day) == 10 and day[4] == day[7] == "-" for day in life["end"].values()), product


def test_a_release_is_found_by_its_longest_known_version() -> None:
    release = release_of("python", "3.1.4")
    assert release is None
    release = release_of("python", "3.10.4")
    assert release is not None
    assert release.version == "3.10"
    assert release_of("cobol", "1") is None
