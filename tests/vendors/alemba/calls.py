"""A client that speaks as those of Alemba Service Manager do: forms to log in, links that begin with api:, options."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from simulator.core.sandbox import Sandbox
from simulator.core.settings import change_settings
from tests.vendors.client import Answer, Client

NOW = "2017-03-20T12:00:00.000Z"  # where the clock of every test stands
API = "/alemba.api/api"
V1, V2 = f"{API}/v1", f"{API}/v2"
LOGIN, LOGOUT, AUTHORIZE = (
    "/alemba.web/oauth/login",
    "/alemba.web/oauth/logout",
    "/alemba.web/oauth/authorize",
)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
PASSWORDS = {
    "ada.okafor": "not-a-secret-1",
    "jonas.brandt": "not-a-secret-2",
    "mei.tanaka": "not-a-secret-3",
    "sam.lowe": "not-a-secret-4",
    "noor.haddad": "not-a-secret-8",
    "lena.vogt": "not-a-secret-10",
}
STATUSES = {200, 304, 400, 401, 403, 404, 405, 415, 500}
SUB_STATUSES = {
    "None", "ResourceNotFound", "RecordNotFound", "LinkedRecordNotFound", "NotSupported", "NotImplemented",
    "NotAllowed",
}  # fmt: skip

BOUNDARY = "the-edge-of-a-part"
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def multipart(*parts: tuple[str, str, str, bytes]) -> bytes:
    """A body of files: the name of each part, its file name and Content-Type, its bytes."""
    body = b""
    for name, filename, kind, data in parts:
        disposition = f'form-data; name="{name}"; filename="{filename}"'
        body += f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\nContent-Type: {kind}\r\n\r\n".encode()
        body += data + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def query(**options: Any) -> str:
    """A query string: `query(top=3, filter="Ref==1")` is `$top=3&$filter=Ref%3D%3D1`."""
    return "&".join(f"${name}={quote(str(value), safe='')}" for name, value in options.items())


class Api(Client):
    """A client of Alemba. Every answer of it is held to what is true of all of them."""

    def __init__(self, sandbox: Sandbox, headers: dict[str, str] | None = None) -> None:
        super().__init__(sandbox, "alemba", headers)
        self.tokens: dict[str, Any] = {}

    def call(self, method: str, path: str, json: Any = None, **options: Any) -> Answer:
        if json is not None:
            options["headers"] = {**JSON, **dict(options.get("headers") or ())}
        answer = super().call(method, path, json, **options)
        if self.world.settings.statuses == "listed":
            assert answer.status in STATUSES, answer
        if answer.status >= 400 and answer.body and "error" not in answer.json:
            assert isinstance(answer.json["Type"], str)
            assert answer.json["SubStatus"] in SUB_STATUSES
        return answer

    def form(self, path: str, **fields: str) -> Answer:
        return self.call("POST", path, body=urlencode(fields).encode(), headers=FORM)

    def login(self, username: str = "ada.okafor", kind: str = "Analyst", **changes: str | None) -> Answer:
        fields = {
            "grant_type": "password",
            "client_id": "integration",
            "username": username,
            "password": PASSWORDS.get(username, "none"),
            "scope": f"session-type:{kind}",
            **changes,
        }
        return self.form(LOGIN, **{name: value for name, value in fields.items() if value is not None})

    def refresh(self, token: str, **changes: str) -> Answer:
        fields = {
            "grant_type": "refresh_token",
            "client_id": "integration",
            "refresh_token": token,
            **changes,
        }
        return self.form(LOGIN, **fields)

    def with_tokens(self, tokens: dict[str, Any]) -> Api:
        client = Api(self.sandbox, {"Authorization": f"{tokens['token_type']} {tokens['access_token']}"})
        client.tokens = tokens
        return client

    def logged_in(self, username: str, kind: str = "Analyst", **changes: str | None) -> Api:
        answer = self.login(username, kind, **changes)
        assert answer.status == 200, answer
        return self.with_tokens(answer.json)

    def logout(self, token: str) -> Answer:
        return self.form(LOGOUT, refresh_token=token)

    def follow(self, link: str, method: str = "GET", json: Any = None, **options: Any) -> Answer:
        """Call a link of an answer: api: is replaced with the address of the API."""
        assert link.startswith("api:"), link
        path, _, search = link.removeprefix("api:").partition("?")
        return self.call(method, f"{API}/{path}", json, query=search, **options)

    def search(self, resource: str = "call", **options: Any) -> Answer:
        return self.get(f"{V1}/{resource}", query=query(**options))

    def refs(self, resource: str = "call", key: str = "Ref", **options: Any) -> list[Any]:
        """The keys of what a search finds, all of it unless a $top is given."""
        asked = {"select": key, "top": 2147483647, **options}
        answer = self.search(resource, **asked)
        assert answer.status == 200, answer.json
        return [each[key] for each in answer.json["results"]]

    def metadata(self, resource: str) -> Any:
        answer = self.get(f"{V1}/{resource}", query="$options")
        assert answer.status == 200, answer
        return answer.json

    def new(self, resource: str = "call", **fields: Any) -> Any:
        answer = self.post(f"{V1}/{resource}", {"Description": "It does not work.", **fields})
        assert answer.status == 200, answer.json
        return answer.json

    def act(self, record: Any, action: str, json: Any = None) -> Answer:
        """Do an action that the record lists, at the address it lists."""
        (entry,) = record["_actions"][action]
        return self.follow(entry["href"], entry["methods"][0], json)

    def settings(self, **changes: Any) -> None:
        self.world.settings = change_settings(self.world.settings, changes)

    def stored(self, collection: str, key: Any) -> Any:
        return self.world.store.get(collection, key)

    def arrange(self, collection: str, key: Any, **changes: Any) -> None:
        """Change a record behind the API's back, as the control API does."""
        store = self.world.store
        store.replace(collection, {**(store.get(collection, key) or {}), **changes})
        store.commit()
