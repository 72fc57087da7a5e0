// A Node test with a sandbox for each test. Run it with: simulator exec -- node --test examples/node/leak.test.mjs
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

// Your application: it is given an address and a token, and knows nothing of the simulator.
async function reportLeak(baseUrl, token, name) {
  const answer = await fetch(`${baseUrl}/api/v1/issues`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ name }),
  });
  if (!answer.ok) throw new Error(`not reported: ${answer.status}`);
  return (await answer.json()).guid;
}

// The control API; what it refuses fails the test, with its reason.
async function control(method, path, body) {
  const answer = await fetch(`${process.env.SIMULATOR_URL}/__simulator/v1${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const value = answer.status === 204 ? null : await answer.json();
  assert.ok(answer.ok, JSON.stringify(value, null, 2));
  return value;
}

let sandbox, kinetic;

beforeEach(async () => {
  sandbox = await control("POST", "/sandboxes", {});
  kinetic = { url: sandbox.urls.kinetic, ...sandbox.credentials.kinetic[0] };
});

afterEach(() => control("DELETE", `/sandboxes/${sandbox.name}`));

test("a leak becomes an issue", async () => {
  await reportLeak(kinetic.url, kinetic.token, "Leak at gate 4");

  await control("POST", `/sandboxes/${sandbox.name}/verify`, {
    operation: "create_issue",
    status: 200,
    json_contains: { name: "Leak at gate 4" },
    times: 1,
  });
});

test("an outage is told", async () => {
  await control("POST", `/sandboxes/${sandbox.name}/faults`, {
    vendor: "kinetic",
    operation: "create_issue",
    kind: "status",
    status: 500,
  });

  await assert.rejects(reportLeak(kinetic.url, kinetic.token, "Leak at gate 4"), /not reported: 500/);
});

test("a token expires when the clock is moved", async () => {
  await control("POST", `/sandboxes/${sandbox.name}/clock/advance`, { by: "PT25H" });

  await assert.rejects(reportLeak(kinetic.url, kinetic.token, "Leak at gate 4"), /not reported: 401/);
});
