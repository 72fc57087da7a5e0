# The simulator as an image: docker build -t simulator . (BASE and RUNTIME take another Python image, such as one without a shell.)
#
# A server that others can reach wants a control key: docker run -e SIMULATOR_CONTROL_KEY=... -p 8090:8090 simulator
ARG BASE=python:3.13-slim
ARG RUNTIME=${BASE}

FROM ${BASE} AS build
WORKDIR /build
COPY pyproject.toml constraints.txt hatch_build.py README.md LICENSE ./
COPY openapi ./openapi
COPY fixtures ./fixtures
COPY tools ./tools
COPY simulator ./simulator
# Into a folder and not an environment: it is found by PYTHONPATH, wherever the runtime's Python lies.
RUN ["python", "-m", "pip", "install", "--no-cache-dir", "--constraint", "constraints.txt", "--target", "/simulator", "."]

FROM ${RUNTIME}
COPY --from=build /simulator /simulator
ENV PYTHONPATH=/simulator PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# By number, so that an orchestrator can see that it is not root; nothing is written anywhere.
USER 65532:65532
EXPOSE 8090
# `ready` needs no key. No shell is asked for here or below.
HEALTHCHECK --interval=5s --timeout=5s --start-period=10s CMD ["python", "-m", "simulator.cli", "wait", "--timeout", "3"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "simulator.cli"]
CMD ["serve", "--host", "0.0.0.0"]
