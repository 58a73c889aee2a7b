# One image for all services; docker-compose.yml has the command of each.
#
# The authors had no container engine, so this image has not been built yet. hadolint 2.15.1 finds no problems, and
# every RUN line and every command of docker-compose.yml was run by hand on Debian 12.

FROM python:3.13-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements-s3.lock /tmp/requirements-s3.lock
# only wheels with hashes from the lock file: nothing is compiled, and no code runs at installation
RUN /opt/venv/bin/pip install --require-hashes --only-binary=:all: -r /tmp/requirements-s3.lock

FROM python:3.13-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    NEWSLETTER_DATA=/data
RUN groupadd --gid 10001 newsletter \
    && useradd --uid 10001 --gid 10001 --create-home newsletter \
    && install --directory --mode=0700 --owner=newsletter --group=newsletter /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY newsletter newsletter
COPY workers workers
COPY templates templates
# the ops page shows it beside problems
COPY docs/runbook.md docs/runbook.md
RUN python -m compileall -q newsletter workers
USER 10001:10001
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "newsletter", "--help"]
