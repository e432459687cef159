"""What the cluster is promised: valid documents, whole references, pods without rights, runs that end."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.k8s.manifests import CHECKOUT, K8S, OVERLAYS, Document, of_kind, one, pod_templates, rendered

OWNERS = ("web", "publish", "refresh")
RUNS = ("publish", "refresh")


def template(overlay: str, owner: str) -> Document:
    return pod_templates(overlay)[owner]


@pytest.mark.parametrize("version", ["1.30", "1.37"])
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_document_fits_the_schema_strictly(overlay: str, version: str) -> None:
    import kubernetes_validate

    assert len(rendered(overlay)) >= 11
    for document in rendered(overlay):
        kubernetes_validate.validate(document, version, strict=True)


def test_the_base_names_no_namespace() -> None:
    assert [each for each in rendered("base") if "namespace" in each["metadata"]] == []


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("owner", OWNERS)
def test_every_volume_leads_to_a_claim_or_a_map_that_exists(overlay: str, owner: str) -> None:
    claims = {each["metadata"]["name"] for each in of_kind(overlay, "PersistentVolumeClaim")}
    maps = {each["metadata"]["name"] for each in of_kind(overlay, "ConfigMap")}
    spec = template(overlay, owner)["spec"]
    for volume in spec["volumes"]:
        if "persistentVolumeClaim" in volume:
            assert volume["persistentVolumeClaim"]["claimName"] in claims
        elif "configMap" in volume:
            assert volume["configMap"]["name"] in maps
        else:
            assert "sizeLimit" in volume["emptyDir"]
    mounted = {mount["name"] for mount in spec["containers"][0]["volumeMounts"]}
    assert mounted == {volume["name"] for volume in spec["volumes"]}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_ingress_reaches_the_port_of_the_web_server(overlay: str) -> None:
    pod = template(overlay, "web")
    service = one(overlay, "Service", "web")
    rule = one(overlay, "Ingress", "web")["spec"]["rules"][0]
    backend = rule["http"]["paths"][0]["backend"]["service"]
    assert backend["name"] == service["metadata"]["name"]
    assert backend["port"]["name"] in {port["name"] for port in service["spec"]["ports"]}
    assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    ports = {port["name"]: port["containerPort"] for port in pod["spec"]["containers"][0]["ports"]}
    assert service["spec"]["ports"][0]["targetPort"] in ports
    assert f"listen {ports['http']} " in configuration(overlay)["site.conf"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_selector_selects_a_pod_of_ours(overlay: str) -> None:
    labels = [each["metadata"]["labels"].items() for each in pod_templates(overlay).values()]
    wanted = [each["spec"]["podSelector"]["matchLabels"] for each in of_kind(overlay, "NetworkPolicy")]
    for owner in OWNERS:
        affinity = template(overlay, owner)["spec"]["affinity"]["podAffinity"]
        term = affinity["requiredDuringSchedulingIgnoredDuringExecution"][0]
        wanted.append(term["labelSelector"]["matchLabels"])
    assert len(wanted) == 5
    for selector in wanted:
        assert any(selector.items() <= each for each in labels)


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("owner", OWNERS)
def test_every_pod_runs_without_rights(overlay: str, owner: str) -> None:
    spec = template(overlay, owner)["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] > 0
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in spec["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["requests"].keys() >= {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]
        assert re.fullmatch(r".+:\d+\.\d+\.\d+", container["image"])
    assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()


def test_the_web_server_cannot_write_to_the_site() -> None:
    mounts = {each["name"]: each for each in template("base", "web")["spec"]["containers"][0]["volumeMounts"]}
    assert mounts["site"]["readOnly"] is True
    assert mounts["site"]["mountPath"] == "/srv/site"


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize(("name", "goal"), [("publish", "Publish"), ("refresh", "Refresh")])
def test_a_run_cannot_pile_up_hang_or_be_forgotten(overlay: str, name: str, goal: str) -> None:
    spec = one(overlay, "CronJob", name)["spec"]
    job = spec["jobTemplate"]["spec"]
    assert spec["concurrencyPolicy"] == "Forbid"
    assert spec["timeZone"] == "Etc/UTC"
    assert spec["startingDeadlineSeconds"] >= 600
    assert spec["successfulJobsHistoryLimit"] >= 1
    assert spec["failedJobsHistoryLimit"] >= 3
    assert job["backoffLimit"] in (1, 2)
    assert job["ttlSecondsAfterFinished"] >= 86400
    assert job["template"]["spec"]["restartPolicy"] == "Never"
    assert job["template"]["spec"]["containers"][0]["args"] == [goal]


def test_an_hourly_run_ends_before_the_next_one_begins() -> None:
    assert one("base", "CronJob", "refresh")["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"] < 3600


def test_the_nightly_run_ends_long_before_the_next_night() -> None:
    assert (
        one("base", "CronJob", "publish")["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"] < 6 * 3600
    )


def test_the_two_runs_never_start_in_the_same_hour() -> None:
    nightly, hourly = (hours(one("base", "CronJob", name)["spec"]["schedule"]) for name in RUNS)
    assert nightly == {3}
    assert len(hourly) == 23
    assert not nightly & hourly


def hours(schedule: str) -> set[int]:
    found: set[int] = set()
    for part in schedule.split()[1].split(","):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


@pytest.mark.parametrize("name", RUNS)
def test_the_goals_are_tasks_of_the_pipeline(name: str) -> None:
    goal = one("base", "CronJob", name)["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0][
        "args"
    ][0]
    assert f"class {goal}(" in (CHECKOUT / "pipeline/tasks/goals.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("owner", RUNS)
def test_a_run_writes_only_where_something_is_mounted(owner: str) -> None:
    container = template("base", owner)["spec"]["containers"][0]
    environment = {each["name"]: each["value"] for each in container["env"]}
    writable = {each["mountPath"] for each in container["volumeMounts"] if not each.get("readOnly")}
    assert writable == {"/tmp", "/srv/data", "/srv/site"}
    assert environment["HOME"] == "/tmp"
    assert Path(environment["LUIGI_CONFIG_PATH"]).parent.as_posix() in {
        each["mountPath"] for each in container["volumeMounts"] if each.get("readOnly")
    }


@pytest.mark.parametrize(("overlay", "source"), [("base", "embedded"), ("overlays/live", "football_data")])
def test_the_settings_of_the_cluster_are_read_over_those_of_the_image(
    overlay: str, source: str, tmp_path: Path
) -> None:
    text = one(overlay, "ConfigMap", "pipeline-settings")["data"]["luigi.cfg"]
    (tmp_path / "luigi.cfg").write_text(text, encoding="utf-8")
    code = (
        "import json; from pipeline.tasks.settings import load_settings; found = load_settings(); "
        "print(json.dumps([found.source, str(found.data_root), str(found.site_root), found.site_url]))"
    )
    environment = {**os.environ, "LUIGI_CONFIG_PATH": str(tmp_path / "luigi.cfg")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=CHECKOUT, env=environment, check=True, capture_output=True, timeout=600
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found[:3] == [source, "/srv/data", "/srv/site"]
    assert found[3].startswith("https://") == (overlay == "overlays/live")


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_settings_of_the_cluster_name_only_settings_that_exist(overlay: str) -> None:
    known = set(re.findall(r"^(\w+) =", (CHECKOUT / "luigi.cfg").read_text(encoding="utf-8"), re.MULTILINE))
    text = one(overlay, "ConfigMap", "pipeline-settings")["data"]["luigi.cfg"]
    assert set(re.findall(r"^(\w+) =", text, re.MULTILINE)) <= known


def configuration(overlay: str) -> dict[str, str]:
    data: dict[str, str] = one(overlay, "ConfigMap", "web-configuration")["data"]
    return data


def test_the_map_of_the_web_server_holds_every_file_of_its_configuration() -> None:
    assert configuration("base") == {
        file.name: file.read_text(encoding="utf-8") for file in (K8S / "base/web").glob("*.conf")
    }


@pytest.mark.parametrize("probe", ["livenessProbe", "readinessProbe"])
def test_the_probes_ask_for_addresses_that_nginx_serves(probe: str) -> None:
    asked = template("base", "web")["spec"]["containers"][0][probe]["httpGet"]
    assert f"location = {asked['path']} {{" in configuration("base")["site.conf"]
    assert asked["port"] == "http"


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nginx_accepts_the_map_mounted_as_one_flat_folder(overlay: str, tmp_path: Path) -> None:
    for name, text in configuration(overlay).items():
        (tmp_path / name).write_text(text.replace(" /tmp/", f" {tmp_path}/"), encoding="utf-8")
    command = ["nginx", "-t", "-e", "/dev/stderr", "-p", str(tmp_path), "-c", "nginx.conf"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr


def test_the_live_site_is_told_apart_by_source_host_and_certificate() -> None:
    ingress = one("overlays/live", "Ingress", "web")["spec"]
    host = ingress["rules"][0]["host"]
    assert ingress["tls"][0]["hosts"] == [host]
    assert (
        f"site_url = https://{host}/"
        in one("overlays/live", "ConfigMap", "pipeline-settings")["data"]["luigi.cfg"]
    )


def test_the_embedded_world_is_given_no_network_and_the_real_feed_only_https() -> None:
    assert "egress" not in one("base", "NetworkPolicy", "pipeline")["spec"]
    egress = one("overlays/live", "NetworkPolicy", "pipeline")["spec"]["egress"]
    assert [port["port"] for rule in egress for port in rule["ports"]] == [53, 53, 443]
    for overlay in OVERLAYS:
        assert one(overlay, "NetworkPolicy", "pipeline")["spec"]["policyTypes"] == ["Ingress", "Egress"]
        assert "egress" not in one(overlay, "NetworkPolicy", "web")["spec"]


def test_only_the_ingress_controller_reaches_the_live_web_server() -> None:
    rules = one("overlays/live", "NetworkPolicy", "web")["spec"]["ingress"]
    assert len(rules) == 1
    assert rules[0]["from"][0]["namespaceSelector"]["matchLabels"] == {
        "kubernetes.io/metadata.name": "ingress-nginx"
    }
