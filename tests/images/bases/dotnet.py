"""Microsoft's images of .NET."""

from dockls.knowledge.images import ImageFacts
from images.archive import Layer

IMAGES = (
    "mcr.microsoft.com/dotnet/aspnet:9.0",
    "mcr.microsoft.com/dotnet/aspnet:8.0-alpine",
    "mcr.microsoft.com/dotnet/runtime:9.0",
    "mcr.microsoft.com/dotnet/sdk:9.0",
    "mcr.microsoft.com/dotnet/sdk:8.0-alpine",
)


def add(layer: Layer, image: ImageFacts) -> None:
    """Where .NET is installed."""
    layer.folder("usr/share/dotnet")
