"""The documents of `k8s/`, rendered by kubectl where it is installed and read as they are where it is not."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).parents[3]
K8S = CHECKOUT / "k8s"
OVERLAYS = ("base", "overlays/live")
Document = dict[str, Any]


@cache
def rendered(overlay: str) -> tuple[Document, ...]:
    """Return what `kubectl apply -k` would send; skips for an overlay that only kubectl can render."""
    if shutil.which("kubectl"):
        command = ["kubectl", "kustomize", str(K8S / overlay)]
        text = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout
        return tuple(yaml.safe_load_all(text))
    if overlay != "base":
        pytest.skip("kubectl is not installed")
    return _plain(K8S / overlay)


def _plain(folder: Path) -> tuple[Document, ...]:
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    found: list[Document] = []
    for name in kustomization["resources"]:
        found += yaml.safe_load_all((folder / name).read_text(encoding="utf-8"))
    for made in kustomization["configMapGenerator"]:
        data = {Path(file).name: (folder / file).read_text(encoding="utf-8") for file in made["files"]}
        found.append(
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": made["name"]}, "data": data}
        )
    return tuple(found)


def of_kind(overlay: str, kind: str) -> list[Document]:
    return [document for document in rendered(overlay) if document["kind"] == kind]


def one(overlay: str, kind: str, name: str) -> Document:
    """Return the only document of this kind and name; a generated name may carry a hash."""
    found = [each for each in of_kind(overlay, kind) if f"{each['metadata']['name']}-".startswith(f"{name}-")]
    assert len(found) == 1
    return found[0]


def pod_templates(overlay: str) -> dict[str, Document]:
    """Return every pod template by the name of its owner."""
    templates = {
        each["metadata"]["name"]: each["spec"]["template"] for each in of_kind(overlay, "Deployment")
    }
    for job in of_kind(overlay, "CronJob"):
        templates[job["metadata"]["name"]] = job["spec"]["jobTemplate"]["spec"]["template"]
    return templates
