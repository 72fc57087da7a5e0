"""The webhooks of Fluid's boards: what is told, to whom, and how it is signed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Literal

from simulator.core import outbox
from simulator.core.codec import write_json
from simulator.core.store import Record
from simulator.vendors.fluid import rules
from simulator.vendors.fluid.access import Call
from simulator.vendors.fluid.showing import delivered

STATEMENTS = ("FLU-102", "FLU-156", "FLU-157", "FLU-160", "FLU-161")


def tell(call: Call, event: Literal["Create", "Update", "Delete"], action: Record) -> None:
    """Queue a delivery for every webhook of the action's board that wants to hear of the event (FLU-102)."""
    if not call.settings.webhooks_enabled:  # FLU-204
        return
    for hook in call.store.find("webhooks", "boardGuid", action["principalGuid"].casefold()):
        if hook["active"] and event in hook["events"]:
            body = write_json({"event": event, "entityType": "Action", "entity": delivered(call, action)})
            delivery = call.guid("deliveries", call.next_id("deliveries"))
            outbox.queue(
                call.world,
                call.now,
                hook["url"],
                dict(_headers(hook, event, delivery, body)),
                body.decode(),
                statements=(*STATEMENTS, "FLU-158") if hook["secret"] else STATEMENTS,
                retry_statement="FLU-160",
                retry_every_s=rules.RETRY_EVERY_S,
                retry_for_s=rules.RETRY_FOR_S,
                timeout_s=rules.TIMEOUT_S,
            )


def _headers(hook: Record, event: str, delivery: str, body: bytes) -> Iterator[tuple[str, str]]:
    yield "Content-Type", "application/json"
    yield "User-Agent", f"Fluid-Hookshot/{hook['name']}"
    yield "X-Fluid-Hook-Guid", hook["guid"]
    yield "X-Fluid-Event", event
    yield "X-Fluid-Entity", "Action"
    yield "X-Fluid-Delivery", delivery
    yield "X-Fluid-Hook-Principal-Entity", "Board"
    yield "X-Fluid-Hook-Principal-Guid", hook["boardGuid"]
    if hook["secret"]:  # FLU-158
        yield "X-Hub-Signature-256", hmac.new(hook["secret"].encode(), body, hashlib.sha256).hexdigest()
