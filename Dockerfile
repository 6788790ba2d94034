# The site in a container, with the light set of packages (no PyTorch):
#     docker build -t florascope .
#     docker run --rm -p 8050:8050 --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges florascope
# With everything, for training and measuring too (5 GB more): docker build --build-arg SET=full -t florascope:full .
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS packages
ARG SET=serve
COPY requirements-serve.lock requirements-full.lock /locks/
# Nothing is installed whose hash the lock does not have. The environment needs no pip of its own.
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --no-cache-dir --no-compile --no-deps --only-binary :all: --require-hashes \
        --disable-pip-version-check --requirement "/locks/requirements-${SET}.lock"

FROM python:${PYTHON}
LABEL org.opencontainers.image.title="Florascope" \
      org.opencontainers.image.description="Names the flower on a photo" \
      org.opencontainers.image.licenses="MIT"
COPY --from=packages /venv /venv
WORKDIR /site
COPY app.py gunicorn.conf.py ./
COPY assets assets/
COPY checkpoints/flowers102.* checkpoints/
COPY classifier classifier/
COPY data/*.csv data/
COPY web web/
ENV PATH=/venv/bin:$PATH \
    HOST=0.0.0.0 \
    PORT=8050 \
    PYTHONUNBUFFERED=1
# Starts the site once: an image whose model does not answer is not built, and what Python compiled stays in the image,
# where it could not be written later.
RUN python -c 'import app, sys; sys.exit(app.server.test_client().get("/readyz").status_code != 200)'
ENV PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
EXPOSE 8050
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/readyz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["python", "-m", "gunicorn", "--no-control-socket", "app:server"]
