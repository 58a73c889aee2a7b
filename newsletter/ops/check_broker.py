"""Checks the broker at an address: asks Redis for its version; for RabbitMQ and Sentinel only opens the port."""

import socket
from typing import NamedTuple
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

PORTS = {"sentinel": 26379, "amqp": 5672, "pyamqp": 5672, "amqps": 5671}
REDIS_SCHEMES = ("redis", "rediss", "redis+socket")
TIMEOUT_SECONDS = 2.0


class BrokerAnswer(NamedTuple):
    """`software` is such as "Redis 7.0.15"; `problem` says why the broker cannot be used, else empty."""

    software: str = ""
    problem: str = ""


def ask_broker(url: str) -> BrokerAnswer:
    """Check the broker at a validated URL; of several, return the first that can be used."""
    answers = [_ask_one(one) for one in url.split(";")]
    return next((answer for answer in answers if not answer.problem), answers[0])


def is_redis_server(url: str) -> bool:
    """Return True for one Redis server: of other brokers, the age of waiting tasks and the memory cannot be read."""
    return urlsplit(url).scheme in REDIS_SCHEMES


def redis_url(url: str) -> str:
    """Return the URL of a Redis broker as its client wants it: the first of several, and `unix://` for a socket."""
    return url.partition(";")[0].replace("redis+socket://", "unix://", 1)


def _ask_one(url: str) -> BrokerAnswer:
    parts = urlsplit(url)
    try:
        if parts.scheme in PORTS:
            port = parts.port or PORTS[parts.scheme]
            socket.create_connection((parts.hostname, port), timeout=TIMEOUT_SECONDS).close()
            return BrokerAnswer(f"a server on port {port}")
        return BrokerAnswer(_ask_redis(redis_url(url)))
    except (redis.RedisError, ValueError, OSError) as error:
        return BrokerAnswer(problem=(str(error).splitlines() or [type(error).__name__])[0])


def _ask_redis(url: str) -> str:
    once = Retry(NoBackoff(), 0)
    with redis.Redis.from_url(
        url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS, retry=once
    ) as client:
        client.ping()
        try:
            about = client.info("server")
        except redis.ResponseError:  # this Redis user may not run INFO
            return "a Redis server"
    if "valkey_version" in about:
        return f"Valkey {about['valkey_version']}"
    return f"Redis {about.get('redis_version', '')}".strip()
