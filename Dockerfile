# One image for API and workers: `python -m api serve`, `python -m workers`, `python -m dogwalk.db migrate`.
# `--target devstack` adds the stand-ins of docker-compose.yml; it is never deployed.
FROM python:3.11-slim AS packages
COPY requirements/runtime.txt /requirements/
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements/runtime.txt

FROM packages AS development-packages
COPY requirements/dev.txt /requirements/
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements/dev.txt

FROM python:3.11-slim AS base
RUN useradd --system --uid 10001 --no-create-home dogwalk && install -d -o dogwalk /standins /objects
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LOG_FORMAT=json METRICS_HOST=0.0.0.0
COPY pyproject.toml ./
COPY dogwalk dogwalk
COPY activities activities
COPY workflows workflows
COPY workers workers
COPY api api

FROM base AS devstack
COPY --from=development-packages /venv /venv
COPY devstack devstack
USER dogwalk

# Last, so that a plain build makes it. Settings come from the environment; a missing secret stops it at start.
FROM base AS production
COPY --from=packages /venv /venv
ARG BUILD_ID=dev
ENV BUILD_ID=$BUILD_ID ENVIRONMENT=production
USER dogwalk
EXPOSE 8000 9464
CMD ["python", "-m", "api", "serve", "--host", "0.0.0.0", "--port", "8000"]
