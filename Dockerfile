# One image for all processes of the house; docker-compose.yml says which command each runs.
#
# Not built by its authors: no container engine runs where this project is written. It was read line
# by line, linted with hadolint 2.15.1 without findings, and each RUN line was tried by hand on
# Debian 12, as was each command of docker-compose.yml. If building it shows a mistake, the mistake is here.

FROM python:3.13-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements-s3.lock /tmp/requirements-s3.lock
# wheels only, and only those whose hashes are in the lock: nothing is compiled, nothing runs at install
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
RUN python -m compileall -q newsletter workers
USER 10001:10001
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "newsletter", "--help"]
