"""deploy/kubernetes: by the schemas of Kubernetes, as kustomize builds it, and with the ports and paths of the site."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.deploy.settings import VARIABLES
from web.settings import Settings

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text("utf-8"))
VERSIONS = ("1.30", "1.34")
OBJECTS = {name: yaml.safe_load((FOLDER / name).read_text("utf-8")) for name in KUSTOMIZATION["resources"]}


def test_kustomize_is_given_every_file():
    assert {path.name for path in FOLDER.glob("*.yaml")} == {*KUSTOMIZATION["resources"], "kustomization.yaml"}


def complete(manifest: dict[str, Any]) -> dict[str, Any]:
    """An object with the labels that kustomize adds."""
    labels = KUSTOMIZATION["labels"][0]["pairs"]
    if manifest["kind"] == "Deployment":
        manifest["spec"]["selector"] = {"matchLabels": labels}
        manifest["spec"]["template"]["metadata"]["labels"] = labels
    return manifest


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", OBJECTS)
def test_objects_follow_the_schemas(name: str, version: str):
    kubernetes_validate.validate(complete(OBJECTS[name]), version, strict=True)


def test_kustomize_builds_it():
    if (kubectl := shutil.which("kubectl")) is None:
        pytest.skip("NO KUBECTL: it has kustomize built in")
    done = subprocess.run([kubectl, "kustomize", FOLDER], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    built = {each["kind"]: each for each in yaml.safe_load_all(done.stdout)}
    for each in built.values():
        kubernetes_validate.validate(each, VERSIONS[-1], strict=True)
    labels = built["Deployment"]["spec"]["template"]["metadata"]["labels"]
    for selector in (
        built["Deployment"]["spec"]["selector"]["matchLabels"],
        built["Service"]["spec"]["selector"],
        built["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        built["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
    ):
        assert selector.items() <= labels.items()
    (source,) = built["Deployment"]["spec"]["template"]["spec"]["containers"][0]["envFrom"]
    assert source["configMapRef"]["name"] == built["ConfigMap"]["metadata"]["name"]
    assert set(built["ConfigMap"]["data"]) <= VARIABLES
    target = built["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", built["Deployment"]["metadata"]["name"])


def test_ports_and_probes_are_those_of_the_site():
    pod = OBJECTS["deployment.yaml"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    (port,) = container["ports"]
    assert port["containerPort"] == Settings().port
    assert OBJECTS["service.yaml"]["spec"]["ports"][0]["targetPort"] == port["name"]
    (rule,) = OBJECTS["networkpolicy.yaml"]["spec"]["ingress"]
    assert rule["ports"] == [{"port": port["name"]}]
    assert {name: container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "readiness", "liveness")} == {
        "startup": "/readyz",
        "readiness": "/readyz",
        "liveness": "/healthz",
    }


def test_pods_may_do_nothing_but_answer():
    pod = OBJECTS["deployment.yaml"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    dockerfile = (FOLDER.parents[1] / "Dockerfile").read_text("utf-8")
    assert f"USER {pod['securityContext']['runAsUser']}:{pod['securityContext']['runAsGroup']}\n" in dockerfile
