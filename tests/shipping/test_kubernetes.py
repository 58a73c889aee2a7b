"""The files for a Kubernetes cluster: what they start, and what they refer to.

No cluster runs where this is tested. `kubectl kustomize` builds the files, and kubernetes-validate compares the result
with the schemas of Kubernetes, where the two are installed (docs/kubernetes.md).
"""

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from newsletter.local.services import service_definitions
from newsletter.local.supervisor.managed_process import ServiceSpec
from newsletter.web.shared.request_size import MAX_BODY_BYTES
from tests.support.factories import MONDAY
from tests.support.surroundings import ROOT
from workers.queues import WORKER_QUEUES

FOLDER = ROOT / "deploy" / "kubernetes"
CLUSTER_VERSION = "1.33"
SCALED_OBJECT = {
    "scaleTargetRef",
    "pollingInterval",
    "cooldownPeriod",
    "minReplicaCount",
    "maxReplicaCount",
    "fallback",
}
SCALED_OBJECT |= {"advanced", "triggers"}  # of those that KEDA has, the ones in use
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))
Resource = dict[str, Any]


def resources() -> list[Resource]:
    """Return what the files contain, before kustomize changes names and images."""
    texts = [(FOLDER / name).read_text(encoding="utf-8") for name in KUSTOMIZATION["resources"]]
    return [each for text in texts for each in yaml.safe_load_all(text)]


RESOURCES = resources()
PODS = {each["metadata"]["name"]: each["spec"]["template"]["spec"] for each in RESOURCES if "template" in each["spec"]}
CONTAINERS = [
    (f"{pod}-{container['name']}", container)
    for pod, spec in PODS.items()
    for container in (*spec.get("initContainers", ()), *spec["containers"])
]


def of_kind(kind: str) -> list[Resource]:
    return [each for each in RESOURCES if each["kind"] == kind]


def command(pod: str) -> list[str]:
    return [str(word) for word in PODS[pod]["containers"][0]["command"]]


def built() -> list[Resource]:
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not installed")
    done = subprocess.run(
        ["kubectl", "kustomize", str(FOLDER)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def test_every_file_of_the_folder_is_named() -> None:
    files = {path.name for path in FOLDER.iterdir()} - {"kustomization.yaml", "secret.env.example"}
    assert files == set(KUSTOMIZATION["resources"])


def test_workers_listen_to_every_worker_queue_once() -> None:
    words = [word for pod in PODS for word in command(pod) if word.startswith("--queues=")]
    listened = [queue for word in words for queue in word.removeprefix("--queues=").split(",")]
    assert sorted(listened) == sorted(WORKER_QUEUES)


@pytest.mark.parametrize("part", service_definitions.workers(MONDAY), ids=lambda part: part.name)
def test_workers_and_beat_are_started_as_on_one_machine(part: ServiceSpec) -> None:
    as_here = [word for word in part.command[2:] if not word.startswith("--concurrency=")]
    assert [word for word in command(part.name) if not word.startswith("--concurrency=")] == as_here


def test_the_web_server_is_started_as_in_the_compose_file() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert command("web") == compose["services"]["web"]["command"]
    assert command("migrate") == compose["services"]["migrate"]["command"]


@pytest.mark.parametrize(("name", "container"), CONTAINERS, ids=[name for name, _ in CONTAINERS])
def test_no_container_can_write_to_its_image_gain_rights_or_take_all_memory(name: str, container: Resource) -> None:
    security = container["securityContext"]
    assert security["readOnlyRootFilesystem"] is True
    assert security["allowPrivilegeEscalation"] is False
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert container["resources"]["limits"]["memory"]
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert container["image"] == KUSTOMIZATION["images"][0]["name"]
    assert "env" not in container, "settings stand in the map and the secret"


@pytest.mark.parametrize("pod", PODS)
def test_no_pod_runs_as_root_talks_to_the_cluster_or_gets_settings_from_it(pod: str) -> None:
    spec = PODS[pod]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert f"USER {spec['securityContext']['runAsUser']}:" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False, "the service `web` would set WEB_PORT, which is a setting"
    volumes = {volume["name"]: volume["emptyDir"] for volume in spec["volumes"]}
    assert all("sizeLimit" in each for each in volumes.values())
    threads = [int(found) for found in re.findall(r"--(?:workers|threads)=(\d+)", " ".join(command(pod)))]
    if pod == "web":
        assert threads[0] * threads[1] * MAX_BODY_BYTES < 256 * 1024**2
        assert volumes["tmp"]["sizeLimit"] == "256Mi"


def test_settings_and_secrets_are_documented_and_no_secret_has_a_value() -> None:
    documented = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")))
    [settings] = KUSTOMIZATION["configMapGenerator"]
    named = {literal.partition("=")[0] for literal in settings["literals"]}
    secret = (FOLDER / "secret.env.example").read_text(encoding="utf-8")
    secrets = set(re.findall(r"^([A-Z0-9_]+)=$", secret, re.MULTILINE))
    assert len(secrets) == sum("=" in line for line in secret.splitlines())
    assert named | secrets <= documented
    assert not named & secrets
    for _, container in CONTAINERS:
        sources = [source.get("configMapRef") or source["secretRef"] for source in container["envFrom"]]
        assert [source["name"] for source in sources] == [settings["name"], "newsletter"]


def test_every_pod_that_stays_shows_whether_it_is_alive_and_waits_for_its_tables() -> None:
    file = next(value for value in KUSTOMIZATION["configMapGenerator"][0]["literals"] if "HEARTBEAT_FILE" in value)
    for deployment in of_kind("Deployment"):
        name = deployment["metadata"]["name"]
        [container] = PODS[name]["containers"]
        assert {"startupProbe", "livenessProbe"} <= container.keys()
        [waits] = PODS[name]["initContainers"]
        assert waits["command"] == ["python", "-m", "newsletter", "manage", "migrate", "--check"]
        if name != "web":
            assert container["livenessProbe"]["exec"]["command"][-1] == file.partition("=")[2]
            assert PODS[name]["terminationGracePeriodSeconds"] >= 30
    assert PODS["web"]["containers"][0]["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_services_and_budgets_are_about_pods_that_are_there() -> None:
    for each in (*of_kind("Service"), *of_kind("PodDisruptionBudget"), *of_kind("Deployment")):
        selector = each["spec"]["selector"]
        name = selector.get("matchLabels", selector)["app.kubernetes.io/name"]
        assert name in PODS, each["metadata"]["name"]
    budgets = {each["metadata"]["name"] for each in of_kind("PodDisruptionBudget")}
    assert budgets == {each["metadata"]["name"] for each in of_kind("Deployment")} - {"beat"}


def scaling() -> Resource:
    [found] = of_kind("ScaledObject")
    return dict(found["spec"])


def test_keda_scales_the_dispatch_workers_and_nothing_else_sets_their_number() -> None:
    spec = scaling()
    assert spec.keys() <= SCALED_OBJECT
    [trigger] = spec["triggers"]
    assert trigger["type"] == "postgresql"
    assert trigger["metadata"].keys() == {"connectionFromEnv", "query", "targetQueryValue"}
    assert f"{trigger['metadata']['connectionFromEnv']}=" in (FOLDER / "secret.env.example").read_text(encoding="utf-8")
    [scaled] = [each for each in of_kind("Deployment") if each["metadata"]["name"] == spec["scaleTargetRef"]["name"]]
    assert "replicas" not in scaled["spec"]
    assert 1 <= spec["minReplicaCount"] < spec["maxReplicaCount"]


def test_kustomize_builds_them_with_one_image_and_the_host_of_base_url() -> None:
    found = built()
    assert {each["kind"] for each in found} == {each["kind"] for each in RESOURCES} | {"ConfigMap"}
    image = KUSTOMIZATION["images"][0]
    names = {
        container["image"]
        for each in found
        if "template" in each.get("spec", {})
        for part in ("initContainers", "containers")
        for container in each["spec"]["template"]["spec"].get(part, ())
    }
    assert names == {f"{image['newName']}:{image['newTag']}"}
    [web] = [each for each in found if each["kind"] == "Deployment" and each["metadata"]["name"] == "web"]
    [container] = web["spec"]["template"]["spec"]["containers"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["httpHeaders"] == [{"name": "Host", "value": "news.example.org"}]
    assert all(each["metadata"]["namespace"] == "newsletter" for each in found)


def test_kubernetes_itself_has_every_field_that_they_use() -> None:
    validate = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed")
    for each in built():
        if each["kind"] != "ScaledObject":  # of KEDA
            validate.validate(each, CLUSTER_VERSION, strict=True)
