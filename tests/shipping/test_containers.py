"""The image, and the processes that a container engine starts.

No engine runs where this is tested, so the compose file is read as the Compose Specification has it.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from newsletter.local.services import service_definitions
from newsletter.local.services.redis_server import connection_problem, find_server
from newsletter.local.supervisor import process_info
from newsletter.local.supervisor.managed_process import ServiceSpec
from newsletter.web.shared.request_size import MAX_BODY_BYTES
from tests.support.factories import MONDAY
from tests.support.kept import Kept
from tests.support.ports import free_port
from tests.support.surroundings import ROOT
from tests.support.waiting import wait_until
from workers.queues import WORKER_QUEUES

CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
OUR_PROCESSES = ("web", "worker", "dispatch-worker", "pictures-worker", "beat", "migrate")
SECRETS = ("SECRET_KEY", "SENDGRID_API_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD")

Services = dict[str, dict[str, Any]]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load(read("docker-compose.yml")))


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> Services:
    return dict(compose["services"])


def test_compose_starts_every_part_of_the_house(services: Services) -> None:
    assert {*OUR_PROCESSES, "proxy", "redis", "postgres"} <= services.keys()


def test_every_service_comes_from_an_image_and_is_started_again(services: Services) -> None:
    for name, service in services.items():
        assert service.get("image") or service.get("build"), name
        assert service["restart"] == ("no" if name == "migrate" else "always"), name


def test_services_wait_only_for_services_that_are_there(services: Services) -> None:
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in services, name
            assert how["condition"] in CONDITIONS, name
            if how["condition"] == "service_healthy":
                assert "test" in services[other]["healthcheck"], f"{name} waits for {other} in vain"


def test_what_is_kept_in_memory_has_an_end_and_room_for_an_upload_of_each_thread(services: Services) -> None:
    for name in OUR_PROCESSES:
        assert services[name]["read_only"] is True
        assert [entry.partition(":")[2] for entry in services[name]["tmpfs"]] == ["size=256m"]
    words = " ".join(services["web"]["command"])
    workers, threads = (int(re.findall(rf"--{what}=(\d+)", words)[0]) for what in ("workers", "threads"))
    assert workers * threads * MAX_BODY_BYTES < 256 * 1024**2


def test_no_service_can_write_to_its_image_gain_rights_or_run_as_root(services: Services) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "cap_add" not in service
        assert "privileged" not in service
        if name not in OUR_PROCESSES:  # whose image says so
            assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"]), name


def test_no_secret_stands_in_a_command_where_the_list_of_processes_shows_it(services: Services) -> None:
    for service in services.values():
        for place in (service.get("command", ()), service.get("healthcheck", {}).get("test", ())):
            assert not any(secret in " ".join(place) for secret in SECRETS)
    assert 'requirepass "%s"' in services["redis"]["command"][-1]


def test_the_broker_starts_with_its_password_and_its_command_does_not_show_it(
    services: Services, tmp_path: Path
) -> None:
    server, password, port = find_server().program, "a1b2c3d4e5f6", free_port()
    shell, flag, script = services["redis"]["command"]
    script = script.replace("$$", "$").replace("/tmp/", f"{tmp_path}/").replace("exec valkey-server", f"exec {server}")  # noqa: S108 — of the container
    command = [shell, flag, f"{script.rstrip()} --bind 127.0.0.1 --port {port} --dir {tmp_path}"]
    broker = Kept(command, folder=tmp_path, env={"PATH": os.environ["PATH"], "REDISCLI_AUTH": password, "LC_ALL": "C"})
    try:
        wait_until(
            lambda: not connection_problem(f"redis://:{password}@127.0.0.1:{port}/0"), timeout=20, what="the broker"
        )
        assert "authenticate" in connection_problem(f"redis://127.0.0.1:{port}/0"), "without the password"
        sighting = process_info.identify(broker.pid)
        assert sighting
        assert password not in sighting.command
    finally:
        broker.end()


def test_only_the_proxy_can_be_reached_and_it_buffers(compose: dict[str, Any], services: Services) -> None:
    assert {name for name, service in services.items() if "ports" in service} == {"proxy"}
    assert all(port.startswith("127.0.0.1:") for port in services["proxy"]["ports"])
    file = compose["configs"]["proxy"]["file"]
    assert {source["source"] for source in services["proxy"]["configs"]} <= compose["configs"].keys()
    words = read(file)
    for said in ("proxy_request_buffering on", "client_header_timeout 10s", "client_body_timeout 15s"):
        assert said in words
    allowed = int(re.findall(r"client_max_body_size (\d+)m", words)[0]) * 1024**2
    assert allowed > MAX_BODY_BYTES


def test_volumes_and_networks_are_declared(compose: dict[str, Any], services: Services) -> None:
    for service in services.values():
        assert {volume.partition(":")[0] for volume in service.get("volumes", ())} <= compose["volumes"].keys()
        assert set(service.get("networks", ())) <= compose["networks"].keys()


def test_the_database_and_the_broker_cannot_be_reached_from_outside(
    compose: dict[str, Any], services: Services
) -> None:
    assert compose["networks"]["inside"]["internal"] is True
    for name in ("postgres", "redis"):
        assert services[name]["networks"] == ["inside"]
        assert "ports" not in services[name]


def test_the_broker_keeps_its_messages(services: Services) -> None:
    words = " ".join(services["redis"]["command"])
    assert "--maxmemory-policy noeviction" in words
    assert "--appendonly yes" in words


def test_workers_listen_to_every_worker_queue_once(services: Services) -> None:
    listened = [
        queue
        for service in services.values()
        for word in service.get("command", ())
        if word.startswith("--queues=")
        for queue in word.removeprefix("--queues=").split(",")
    ]
    assert sorted(listened) == sorted(WORKER_QUEUES)


@pytest.mark.parametrize("part", service_definitions.workers(MONDAY), ids=lambda part: part.name)
def test_workers_are_started_as_on_one_machine(services: Services, part: ServiceSpec) -> None:
    as_here = [word for word in part.command[2:] if not word.startswith("--concurrency=")]
    as_there = [word for word in services[part.name]["command"] if not word.startswith("--concurrency=")]
    assert as_there == as_here


def test_every_service_that_stays_has_a_health_check(services: Services) -> None:
    for name, service in services.items():
        assert name == "migrate" or "test" in service["healthcheck"], name
    file = services["worker"]["environment"]["HEARTBEAT_FILE"].split()[0]
    for name in ("worker", "dispatch-worker", "pictures-worker", "beat"):
        assert services[name]["healthcheck"]["test"] == ["CMD", "python", "-m", "workers.alive", file]


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_has_a_value_in_the_files(secret: str) -> None:
    uses = re.findall(rf"\$\{{{secret}(.{{2}})", read("docker-compose.yml"))
    assert uses
    assert set(uses) == {":?"}, "an empty one must stop the start"
    assert re.search(rf"^{secret}=$", read("docs/docker.env.example"), re.M)


def test_the_example_of_settings_names_each_variable_of_the_compose_file() -> None:
    named = set(re.findall(r"\$\{(\w+)", read("docker-compose.yml")))
    assert named == set(re.findall(r"^(\w+)=", read("docs/docker.env.example"), re.M))


def test_the_image_holds_what_it_copies_and_does_not_run_as_root() -> None:
    lines = read("Dockerfile").splitlines()
    allowed = {line[1:] for line in read(".dockerignore").splitlines() if line.startswith("!")}
    copied = {line.split()[1] for line in lines if line.startswith("COPY ") and "--from" not in line}
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]
    assert "--require-hashes" in read("Dockerfile")
