"""The fact tables themselves: sources, dates, shape, and that everything named in them exists."""

import json
from datetime import date
from pathlib import Path

import pytest

import dockls.knowledge
from dockls.knowledge.tables import table

DATA = Path(dockls.knowledge.__file__).parent / "data"
FILES = sorted(DATA.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_names_its_sources_and_its_date(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["source"], "a fact without a source is a rumor"
    assert all(source.startswith("https://") for source in document["source"])
    date.fromisoformat(document["as_of"])
    assert len(document) > 2


def test_there_are_tables() -> None:
    assert len(FILES) >= 10


def test_every_name_of_the_door_can_be_had() -> None:
    for name in dockls.knowledge._HOMES:
        assert getattr(dockls.knowledge, name) is not None
    with pytest.raises(AttributeError):
        _ = dockls.knowledge.nonsense


ROLES = {"sdk", "language", "runtime", "jdk", "server", "database", "distro", "tool", "empty"}
MANAGERS = {"apt", "apk", "dnf", "microdnf", "yum", "tdnf", "zypper", "pacman", None}


def test_image_families_are_complete() -> None:
    families = table("image-families")["families"]
    distributions = table("image-families")["distributions"]
    for name, family in families.items():
        assert family["role"] in ROLES, name
        if "like" in family:
            assert family["like"] in families, name
        else:
            assert family["distribution"] in distributions, name
        for facts in (family, *family.get("variants", {}).values()):
            assert facts.get("package_manager") in MANAGERS, name
            user = facts.get("user", "root")
            assert (
                user == "root"
                or user.isdigit()
                or user in {**distributions[family.get("distribution", "none")]["users"], **family.get("users", {})}
                or "like" in family
            ), name


def test_variants_and_versions_speak_of_known_families() -> None:
    families = table("image-families")["families"]
    variants = table("image-variants")
    for group in ("slim", "no_slim", "alpine", "no_alpine"):
        assert set(variants[group]) <= set(families), group
    # All images of .NET have the same versions.
    assert set(table("image-versions")["versions"]) <= {*families, "dotnet"}
    assert set(table("variables")["set_by_images"]) <= set(families)


def test_releases_named_by_versions_are_known() -> None:
    releases = table("releases")["releases"]
    for family, versions in table("image-versions")["versions"].items():
        for version, entry in versions.items():
            for key in ("release", "alpine", "slim"):
                value = entry.get(key)
                assert value in (None, True) or value in releases, (family, version, value)


def test_packages_have_a_kind_and_no_double() -> None:
    rows = table("packages")["packages"]
    names = [row["apt"] for row in rows]
    assert len(names) == len(set(names))
    for row in rows:
        assert row["kind"] in {"build", "dev", "runtime", "tool", "unneeded"}
        assert row.get("alias_of", names[0]) in names
        assert {"apt", "apk", "dnf", "wolfi"} <= set(row)


def test_distroless_says_what_is_current() -> None:
    data = table("distroless")
    assert data["current"] in data["releases"]
    assert data["current"] not in data["ended"]


def test_first_wheels_for_musl_are_versions_and_what_compiles_is_known() -> None:
    for name, entry in table("musl-wheels")["packages"].items():
        assert name == name.lower().replace("_", "-"), name
        assert entry["since"] is None or all(part.isdecimal() for part in entry["since"].split(".")), name
        assert set(entry) <= {"since", "needs", "sources", "libraries"}, name
        wheels = dockls.knowledge.musl_wheels(name)
        assert wheels is not None
        assert wheels.needs or not wheels.has_sources, name
        assert wheels.missing(frozenset(("build-base", "gfortran", "cargo"))) is None, name
        assert wheels.missing(frozenset()) == (wheels.needs or (None,))[0], name
    assert dockls.knowledge.musl_wheels("flask") is None
    numpy = dockls.knowledge.musl_wheels("numpy")
    assert numpy is not None
    assert numpy.is_compiled("1.24.0")
    assert not numpy.is_compiled("1.25.0")
    assert numpy.libraries == ("libstdc++",)
