#!/bin/sh
# A test in plain shell, with curl. Run it with: simulator exec -- sh examples/shell/leak.sh
set -eu

# Your application: it finds the vendor in its environment, as `simulator exec` sets it.
report_leak() {
  curl -sS --fail -o /dev/null "$KINETIC_BASE_URL/api/v1/issues" \
    -H "Authorization: Bearer $KINETIC_TOKEN" -H "Content-Type: application/json" -d "{\"name\":\"$1\"}"
}

# The control API; --fail-with-body prints why it refused.
control() {
  method=$1 path=$2
  shift 2
  curl -sS --fail-with-body -X "$method" "$SIMULATOR_URL/__simulator/v1/sandboxes/default$path" \
    -H "Content-Type: application/json" "$@"
}

report_leak "Leak at gate 4"
control POST /verify -d '{"operation":"create_issue","json_contains":{"name":"Leak at gate 4"},"times":1}'
echo " ok: a leak becomes an issue"

control POST /faults -d '{"vendor":"kinetic","operation":"create_issue","kind":"status","status":500}' >/dev/null
if report_leak "Leak at gate 5" 2>/dev/null; then
  echo "not ok: an outage went unnoticed" >&2
  exit 1
fi
echo "ok: an outage is noticed"
