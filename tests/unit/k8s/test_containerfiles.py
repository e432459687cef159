"""The two images: built from what is in the checkout, run without rights, by the users the manifests name."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.unit.k8s.manifests import CHECKOUT, K8S, pod_templates

IMAGES = {"web": "web", "pipeline": "publish"}


def instructions(image: str) -> list[tuple[str, str]]:
    text = (K8S / image / "Containerfile").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", lines)
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def last(image: str, word: str) -> str:
    return [rest for each, rest in instructions(image) if each == word][-1]


@pytest.mark.parametrize("image", IMAGES)
def test_everything_copied_is_in_the_checkout(image: str) -> None:
    copies = [rest.split() for word, rest in instructions(image) if word == "COPY"]
    sources = [
        part for parts in copies for part in parts[:-1] if not part.startswith("/") and "--" not in part
    ]
    assert sources
    for source in sources:
        assert list(CHECKOUT.glob(source)), source


@pytest.mark.parametrize("image", IMAGES)
def test_the_image_runs_as_the_user_of_its_pod(image: str) -> None:
    user, _, group = last(image, "USER").partition(":")
    context = pod_templates("base")[IMAGES[image]]["spec"]["securityContext"]
    assert (int(user), int(group)) == (context["runAsUser"], context["runAsGroup"])


@pytest.mark.parametrize("image", IMAGES)
def test_the_image_is_based_on_bookworm_and_may_be_based_on_a_copy_of_it(image: str) -> None:
    assert last(image, "ARG") == "BASE=docker.io/library/debian:bookworm-slim"
    assert last(image, "FROM") == "${BASE}"


def test_the_web_image_starts_nginx_with_the_mounted_configuration() -> None:
    entry = json.loads(last("web", "ENTRYPOINT"))
    assert entry == ["nginx", "-e", "/dev/stderr", "-p", "/srv", "-c", "/etc/web/nginx-brotli.conf"]
    mounts = {
        each["name"]: each["mountPath"]
        for each in pod_templates("base")["web"]["spec"]["containers"][0]["volumeMounts"]
    }
    assert Path(entry[-1]).parent.as_posix() == mounts["configuration"]
    assert f"{entry[4]}/site" == mounts["site"]


def test_the_pipeline_image_takes_a_goal_and_installs_only_what_is_locked() -> None:
    assert json.loads(last("pipeline", "ENTRYPOINT")) == ["luigi", "--module", "pipeline"]
    assert json.loads(last("pipeline", "CMD")) == ["Publish"]
    installs = [rest for word, rest in instructions("pipeline") if word == "RUN" and "pip install" in rest]
    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    assert "libgomp1" in " ".join(rest for word, rest in instructions("pipeline") if word == "RUN")
