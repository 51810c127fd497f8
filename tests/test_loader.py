"""Where rules come from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dockerlint import bundle, loader
from dockerlint.errors import UserError

RULE = """
from dockerlint.rule import *

@rule(code="{code}", summary="s", why="w", severity="warning", bad=[], good=[], profiles={profiles})
def {name}(dockerfile):
    yield Finding(Span(0, 0), "found by {name}")
"""
# As an installed distribution lies on disk.
METADATA = "Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n"


def written(name: str, code: str, profiles: str = "None") -> str:
    return RULE.format(name=name, code=code, profiles=profiles)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with an installed package of rules, as pip would leave it."""
    folder = tmp_path / "site"
    package = folder / "acme_rules"
    (package / "deep").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "deep" / "__init__.py").write_text("")
    (package / "first_fault.py").write_text(written("first_fault", "AC100"))
    (package / "deep" / "second_fault.py").write_text(
        "from acme_rules.first_fault import first_fault\n" + written("second_fault", "AC101")
    )
    info = folder / "acme_rules-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(METADATA)
    (info / "entry_points.txt").write_text(
        "[console_scripts]\nacme = acme:main\n\n[dockerlint.rules]\nacme = acme_rules\n\n[other]\nx = y\n"
    )
    return folder


def listed(site: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """`dockerlint rules` in a process of its own that has the folder on its path."""
    return subprocess.run(
        [sys.executable, "-m", "dockerlint", *(argv or ("rules",))],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
        cwd=site,
    )


def test_an_installed_package_brings_rules_through_its_entry_point(site: Path) -> None:
    out = listed(site).stdout
    assert "AC100  first-fault" in " ".join(out.split()).replace(" first", "  first")
    assert "second-fault" in out
    assert out.count("first-fault") == 1


def test_rules_of_an_installed_package_find(site: Path) -> None:
    (site / "Dockerfile").write_text("FROM busybox\n")
    assert "found by second_fault (AC101 second-fault)" in listed(site, "Dockerfile").stdout


def test_an_installed_package_that_does_not_load_is_named(site: Path) -> None:
    (site / "acme_rules" / "first_fault.py").write_text("def broken(:\n")
    ran = listed(site)
    assert ran.returncode == 2
    assert "the rules of acme_rules cannot be loaded" in ran.stderr
    assert "first_fault.py:1" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_reader_of_entry_points_agrees_with_importlib(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib.metadata import entry_points

    monkeypatch.syspath_prepend(str(site))
    wanted = sorted(point.value for point in entry_points(group="dockerlint.rules"))
    assert [value for value, _ in loader.registered()] == wanted == ["acme_rules"]


def test_the_first_distribution_of_a_name_on_the_path_counts(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "later" / "acme_rules-0.9.dist-info"
    other.mkdir(parents=True)
    (other / "entry_points.txt").write_text("[dockerlint.rules]\nacme = old_rules\n")
    monkeypatch.setattr(sys, "path", [str(site), str(other.parent)])
    assert loader.registered() == [("acme_rules", "acme_rules")]


def test_modules_of_a_plugin_folder_can_import_each_other(tmp_path: Path) -> None:
    (tmp_path / "shared.py").write_text("LIMIT = 3\n")
    (tmp_path / "one_fault.py").write_text("from .shared import LIMIT\n" + written("one_fault", "XX100"))
    (tmp_path / "test_one_fault.py").write_text("raise SystemExit\n")
    rules = loader.load_only([str(tmp_path)])
    assert [rule.name for rule in rules.all] == ["one-fault"]
    assert rules.origins["one-fault"].path == str(tmp_path / "one_fault.py")


def test_a_single_module_is_a_plugin_too(tmp_path: Path) -> None:
    (tmp_path / "one_fault.py").write_text(written("one_fault", "XX100"))
    (tmp_path / "two_fault.py").write_text("raise SystemExit\n")
    assert [rule.code for rule in loader.load_only([str(tmp_path / "one_fault.py")]).all] == ["XX100"]


def test_a_plugin_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        loader.load_only([str(tmp_path / "nowhere")])


def test_two_rules_of_one_name_are_an_error_that_names_both_files(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(written("one_fault", "XX100"))
    (tmp_path / "b.py").write_text(written("one_fault", "XX101"))
    with pytest.raises(UserError, match=r"two rules have the name one-fault: .*a\.py and .*b\.py"):
        loader.load_only([str(tmp_path)])


def test_two_rules_of_one_code_are_an_error_unless_no_profile_holds_both(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(written("one_fault", "XX100"))
    (tmp_path / "b.py").write_text(written("two_fault", "XX100"))
    with pytest.raises(UserError, match="two rules have the code XX100"):
        loader.load_only([str(tmp_path)])
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.py").write_text(written("one_fault", "XX100", "['default']"))
    (other / "b.py").write_text(written("two_fault", "XX100", "['hadolint']"))
    rules = loader.load_only([str(other)])
    assert [rule.name for rule in rules.find("xx100", "hadolint")] == ["two-fault"]
    assert len(rules.find("XX100")) == 2


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of many modules, whose compiled form may be kept."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "pyc"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(str(tmp_path))
    package = tmp_path / f"many_{tmp_path.name}"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for number in range(bundle.ENOUGH):
        (package / f"part{number}.py").write_text(f"value = {number}\n")
    return package


def forget(package: Path) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == package.name]:
        del sys.modules[name]


def values(package: Path, cache: bool = True) -> list[object]:
    forget(package)
    modules = bundle.modules_of(package.name, cache)
    return [module.value for module in modules if hasattr(module, "value")]


def test_modules_from_the_bundle_are_as_python_would_have_made_them(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = values(many)
    module = sys.modules[f"{many.name}.part3"]
    before = (
        module.__name__,
        module.__file__,
        module.__package__,
        module.__spec__.origin if module.__spec__ else "",
    )
    made: list[str] = []
    execute = bundle._execute
    monkeypatch.setattr(bundle, "_execute", lambda name, *rest: (made.append(name), execute(name, *rest)))
    assert values(many) == plain == list(range(bundle.ENOUGH))
    module = sys.modules[f"{many.name}.part3"]
    assert f"{many.name}.part3" in made
    assert (
        module.__name__,
        module.__file__,
        module.__package__,
        module.__spec__.origin if module.__spec__ else "",
    ) == before
    assert getattr(sys.modules[many.name], "part3") is module  # noqa: B009


def test_a_changed_new_or_removed_module_is_noticed(many: Path) -> None:
    values(many)
    (many / "part3.py").write_text("value = 'other'\n")
    (many / "part9.py").write_text("value = 'new'\n")
    (many / "part0.py").unlink()
    assert values(many)[2:] == ["other", 4, 5, 6, 7, "new"]
    assert values(many)[2:] == ["other", 4, 5, 6, 7, "new"]


def test_a_bundle_that_is_damaged_is_made_anew(many: Path) -> None:
    values(many)
    (path,) = (many.parent / "pyc").rglob("*.bundle")
    for data in (b"", b"nonsense", path.read_bytes()[:100]):
        path.write_bytes(data)
        assert values(many) == list(range(bundle.ENOUGH))


def test_without_the_cache_nothing_is_read_or_written(many: Path) -> None:
    values(many, cache=False)
    assert not list((many.parent / "pyc").rglob("*.bundle"))


def test_where_python_cannot_write_the_cache_of_the_user_is_used(many: Path) -> None:
    (many.parent / "pyc").write_text("a file where the folder would be")
    values(many)
    assert [p.name for p in (many.parent / "cache" / "dockerlint").iterdir()] == [
        f"{many.name}.{sys.implementation.cache_tag}.bundle"
    ]
    assert values(many) == list(range(bundle.ENOUGH))


def test_a_bundle_is_not_taken_from_where_others_can_write(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Beside the package there is no room, so it is kept in the user's cache folder.
    monkeypatch.setattr(sys, "pycache_prefix", "/dev/null/none")
    first = values(many)
    folder = Path(os.environ["XDG_CACHE_HOME"]) / "dockerlint"
    (kept,) = folder.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    ran: list[str] = []
    execute = bundle._execute
    monkeypatch.setattr(bundle, "_execute", lambda name, *rest: (ran.append(name), execute(name, *rest)))
    assert values(many) == first
    assert ran
    ran.clear()
    folder.chmod(0o777)
    before = kept.stat().st_mtime_ns
    assert values(many) == first
    assert ran == []
    assert kept.stat().st_mtime_ns == before
