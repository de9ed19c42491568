"""Images that are given up, and what takes their place."""

import pytest

from dockls.knowledge import at_version, facts, newer_python, successor

REPLACED = {
    "openjdk:17": "eclipse-temurin:17-jdk",
    "openjdk:17-slim": "eclipse-temurin:17-jdk",
    "openjdk:8u212-jre-alpine3.9": "eclipse-temurin:8-jre-alpine",
    "openjdk:11.0.3-jdk-stretch": "eclipse-temurin:11-jdk",
    "openjdk:10-jre-slim": "eclipse-temurin:11-jre",
    "java:openjdk-8-jre": "eclipse-temurin:8-jre",
    "adoptopenjdk:8u212-b04-jdk-hotspot-bionic": "eclipse-temurin:8-jdk",
    "docker.io/library/openjdk:8": "docker.io/library/eclipse-temurin:8-jdk",
    "maven:3.8.6-openjdk-17": "maven:3.9-eclipse-temurin-17",
    "maven:3-jdk-8": "maven:3-eclipse-temurin-8",
    "maven:3.6-jdk-8-alpine": "maven:3.9-eclipse-temurin-8-alpine",
    "centos:centos7": "almalinux:9",
    "centos:8.4.2105": "almalinux:8",
    "centos": "almalinux:8",
    "amazonlinux:2018.03": "amazonlinux:2023",
    "quay.io/centos/centos:stream8": "quay.io/centos/centos:stream9",
}


@pytest.mark.parametrize(("image", "expected"), REPLACED.items())
def test_replaced(image: str, expected: str) -> None:
    found = successor(image)
    assert found is not None
    assert found.image == expected
    assert found.gone
    assert expected.startswith("quay.io") or facts(expected) is not None
    assert successor(expected) is None


@pytest.mark.parametrize(
    "image",
    ["openjdk:17-oracle", "openjdk:8-nanoserver", "adoptopenjdk:11-jdk-openj9", "centos:7-x", "maven:3.8-openjdk-x"],
)
def test_given_up_without_a_known_successor(image: str) -> None:
    found = successor(image)
    assert found is not None
    assert found.image is None
    assert "is not known" in found.reason


@pytest.mark.parametrize(
    "image",
    ["openjdk", "openjdk:", "openjdk:-", "openjdk:99", "java", "maven:3.6.3", "maven:3", "centos:9", "a/centos:7"],
)
def test_not_given_up_or_not_known(image: str) -> None:
    assert successor(image) is None


@pytest.mark.parametrize(
    ("image", "version", "expected"),
    [
        ("python:3.11-slim", "3.13", "python:3.13-slim"),
        ("python:3.11-slim-bullseye", "3.13", "python:3.13-slim-trixie"),
        ("registry.example.com/library/node:18-alpine", "24", "registry.example.com/library/node:24-alpine"),
        ("gcr.io/distroless/nodejs18-debian12:nonroot", "24", "gcr.io/distroless/nodejs24-debian13:nonroot"),
        ("gcr.io/distroless/python3-debian12", "3.13", "gcr.io/distroless/python3-debian13"),
        ("gcr.io/distroless/python3-debian12", "3.14", None),
        ("gcr.io/distroless/nodejs18-debian12:oldest", "24", None),
        ("node:22-slim", "18", None),
        ("node", "24", None),
        ("golang:1.24", "1.26", None),
    ],
)
def test_the_same_image_at_another_version(image: str, version: str, expected: str | None) -> None:
    assert at_version(image, version) == expected


def test_the_newer_distroless_python() -> None:
    assert newer_python("gcr.io/distroless/python3-debian12:debug") == "gcr.io/distroless/python3-debian13:debug"
    assert newer_python("python:3.11") is None
    assert newer_python("gcr.io/distroless/nodejs18-debian12") is None
