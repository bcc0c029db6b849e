"""Container images in configurations: compose, Kubernetes, Helm values, CI, development containers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from inspector.provenance import Pin
from inspector.references import shapes
from inspector.references.commands import image_fact
from inspector.references.config_values import Value

# Files that hold images by their name, whatever their keys are.
_NAMES = (".gitlab-ci", "values", "devcontainer", "docker", "bitbucket-pipelines", "azure-pipelines")
_EXACT = frozenset(("cloudbuild.yaml", ".drone.yml", "skaffold.yaml", ".woodpecker.yml", "mlproject"))
_FOLDERS = ("/workflows/", "/.circleci/", "/.buildkite/", "/.tekton/", "/helm/", "/charts/", "/k8s/")
# Keys that only occur where images do.
_TELLING_KEYS = frozenset(
    (
        "image_pull_policy",
        "image_pull_secrets",
        "pull_policy",
        "init_container",
        "init_containers",
        "containers",
        "docker_env",
        "base_image",
        "container_image",
        "services",
    )
)
# Keys besides "image" whose value is an image.
IMAGE_KEYS = frozenset(
    ("container_image", "docker_image", "image_uri", "image_url", "base_image", "docker_base_image")
)
_DEFAULT = re.compile(r"\$\{\w+:?-([^${}]*)\}")


def holds_images(path: str, keys: frozenset[str], maps: Mapping[Any, Mapping[str, Value]]) -> bool:
    """Whether the configuration at ``path`` is one in which ``image`` means a container image."""
    name = path.rsplit("/", 1)[-1].lower()
    where = f"/{path.lower()}"
    return (
        "compose" in name
        or name.startswith(_NAMES)
        or name in _EXACT
        or any(folder in where for folder in _FOLDERS)
        or name.endswith((".tf", ".tfvars", ".hcl"))
        or bool(_TELLING_KEYS & keys)
        or any("api_version" in values and "kind" in values for values in list(maps.values())[:50])
        or any("repository" in values and "tag" in values for values in list(maps.values())[:500])
    )


def image_of(
    value: Value, key: str, keys: list[str], around: Mapping[str, Value], is_image_file: bool
) -> str | None:
    """The image that ``value`` under ``key`` names, with registry, tag and digest from the keys beside it;
    None where it is no image."""
    text = value.text.strip()

    def beside(name: str) -> str:
        found = around.get(name)
        return found.text.strip() if found is not None and found.text not in ("null", "~") else ""

    parent = keys[-2] if len(keys) > 1 else ""
    if key in ("repository", "image") and (beside("tag") or beside("digest") or beside("image_tag")):
        tag, digest = beside("tag") or beside("image_tag"), beside("digest")
        is_whole = ":" in text.rsplit("/", 1)[-1] or "@" in text
        text += "" if is_whole else f"@{digest}" if digest.startswith("sha") else f":{tag}" if tag else ""
    elif key == "repository":
        if "image" not in keys[:-1]:
            return None
    elif key == "name" and (parent == "docker_image" or (parent == "steps" and is_image_file)):
        if shapes.image(text) is None or ("/" not in text and ":" not in text):
            return None
    elif key in ("name", "new_name") and parent in ("image", "images", "services", "base_image"):
        if parent == "images":
            tag, digest = beside("new_tag"), beside("digest")
            if (key == "name" and beside("new_name")) or not (tag or digest):
                return None
            text += f"@{digest}" if digest else f":{tag}"
        elif not (beside("registry") or is_image_file) or (parent == "services" and not text):
            return None
    elif (key not in IMAGE_KEYS and key != "image") or not is_image_file:
        return None
    registry = beside("registry")
    if registry and key != "image" and not text.startswith(registry):
        text = f"{registry}/{text}"
    return text


def read_image(text: str, line: int, shown: str, call: str) -> Iterator[dict[str, Any]]:
    """The reference to the image ``text``; variables with a default stand for it."""
    if "{{" in text or not text:
        return
    filled = text
    for _ in range(4):
        filled = _DEFAULT.sub(lambda match: match[1], filled)
    item = image_fact(filled, line, line, shown, call)
    if item is None:
        return
    if "$" in filled:
        name = re.split(r"[:@](?=[^/]*\Z)", filled, maxsplit=1)[0]
        picture = shapes.image(name) if "$" not in name else None
        item["ref"] = picture.name if picture is not None else None
        item["why"] = "The tag or digest comes from a variable that the text does not set."
    elif filled != text and item["pin"] == Pin.DIGEST.value:
        item["pin"] = Pin.UNDETERMINED.value
        item["why"] = "The digest is the default of a variable, which the environment may replace."
    yield item
