"""The official images of Maven and Gradle, and the JDK and JRE of Temurin."""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer

IMAGES = (
    "eclipse-temurin:17-jdk",
    "eclipse-temurin:17-jre",
    "eclipse-temurin:21-jre",
    "eclipse-temurin:21-jre-alpine",
    "gradle:8-jdk17",
    "maven:3.9-eclipse-temurin-21",
    "maven:3.9-eclipse-temurin-21-alpine",
)


def add(layer: Layer, image: ImageFacts) -> None:
    """The folder of the Java installation."""
    layer.file("opt/java/openjdk/release", f'JAVA_VERSION="{image.version}"\n')
