"""eBay's OpenAPI files, reduced to what the connector uses, as JSON schemas.

`python -m helpers.fakes.ebay_contract` (PYTHONPATH=tests) writes ebay_schemas.json anew from
../shared/contracts/ebay. Objects are closed, so that an invented key is found; nothing but types,
names, required keys and enums is kept.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema

from helpers.fakes.faults import Reply, Request

SHARED = Path(__file__).resolve().parents[4] / "shared" / "contracts" / "ebay"
FIXTURE = Path(__file__).with_name("ebay_schemas.json")
_USED = {
    "fulfillment": (
        "get /order",
        "get /order/{orderId}",
        "get /order/{orderId}/shipping_fulfillment",
        "post /order/{orderId}/shipping_fulfillment",
    ),
    "inventory": (
        "get /inventory_item",
        "get /inventory_item/{sku}",
        "put /inventory_item/{sku}",
        "delete /inventory_item/{sku}",
        "get /offer",
        "post /offer",
        "get /offer/{offerId}",
        "put /offer/{offerId}",
        "post /offer/{offerId}/publish",
        "post /offer/{offerId}/withdraw",
        "post /bulk_update_price_quantity",
    ),
}
_KEPT = ("type", "enum", "required")
#: eBay's file calls it a string; its description and its answers have an object of lists.
_ASPECTS = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {"type": "string"}},
}
Json = dict[str, Any]


def from_shared() -> Json:
    """The reduced contract of both APIs, made of eBay's own files."""
    found = {}
    for name, operations in _USED.items():
        api = json.loads((SHARED / f"sell_{name}_v1_oas3.json").read_text("utf-8"))
        found[name] = _reduced(api, operations)
    return found


def _reduced(api: Json, operations: tuple[str, ...]) -> Json:
    schemas, paths = api["components"]["schemas"], api["paths"]
    defs: Json = {}
    chosen: Json = {}
    for operation in operations:
        method, path = operation.split(" ")
        told = paths[path][method]
        answers = {code: _body(answer, schemas, defs) for code, answer in told["responses"].items()}
        chosen[operation] = {
            "query": [one["name"] for one in told.get("parameters", []) if one["in"] == "query"],
            "headers": [
                one["name"]
                for one in told.get("parameters", [])
                if one["in"] == "header" and one.get("required")
            ],
            "request": _body(told.get("requestBody", {}), schemas, defs),
            "answers": answers,
        }
    _schema({"$ref": "#/components/schemas/Error"}, schemas, defs)
    return {"operations": chosen, "$defs": dict(sorted(defs.items()))}


def _body(told: Json, schemas: Json, defs: Json) -> Json | None:
    content = told.get("content", {}).get("application/json")
    return _schema(content["schema"], schemas, defs) if content else None


def _schema(told: Json, schemas: Json, defs: Json) -> Json:
    if "$ref" in told:
        name = told["$ref"].rpartition("/")[2]
        if name not in defs:
            defs[name] = {}
            defs[name] = _schema(schemas[name], schemas, defs)
            if name == "Product":
                defs[name]["properties"]["aspects"] = _ASPECTS
        return {"$ref": f"#/$defs/{name}"}
    made = {key: told[key] for key in _KEPT if key in told}
    if "items" in told:
        made["items"] = _schema(told["items"], schemas, defs)
    if "properties" in told:
        inner = told["properties"]
        made["properties"] = {key: _schema(inner[key], schemas, defs) for key in sorted(inner)}
        made["additionalProperties"] = False
    return made


class Contract:
    """What eBay's files allow; `problem` says where a request or its answer departs from them."""

    def __init__(self, told: Json) -> None:
        self._told = told
        self.seen: set[str] = set()

    def problem(self, request: Request, reply: Reply) -> str:
        found = re.fullmatch(r"/sell/(\w+)/v1(/.*)", request.path)
        if found is None or found[1] not in self._told:
            return ""  # the other APIs have no file
        api = self._told[found[1]]
        operation = self._operation(api, request.method.lower(), found[2])
        if operation is None:
            return f"{request.method} {request.path} is not in the contract"
        self.seen.add(f"{found[1]} {operation}")
        told = api["operations"][operation]
        reason = _head_departs(told, request, reply) or _bodies_depart(told, api, request, reply)
        return f"{operation}: {reason}" if reason else ""

    @staticmethod
    def _operation(api: Json, method: str, path: str) -> str | None:
        for operation in api["operations"]:
            verb, template = operation.split(" ")
            if verb == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
                return str(operation)
        return None


def _head_departs(told: Json, request: Request, reply: Reply) -> str:
    if unknown := request.query.keys() - set(told["query"]):
        return f"unknown parameters {unknown}"
    if missing := [name for name in told["headers"] if name.lower() not in request.headers]:
        return f"headers {missing} are missing"
    return "" if str(reply.status) in told["answers"] else f"{reply.status} is no answer of it"


def _bodies_depart(told: Json, api: Json, request: Request, reply: Reply) -> str:
    errors = {"type": "object", "properties": {"errors": _list_of("Error")}}
    answer = errors if reply.status >= 400 else told["answers"][str(reply.status)]
    sent = request.json() if request.body else None
    for name, schema, value in (
        ("request", told["request"], sent),
        ("answer", answer, reply.body),
    ):
        if (reason := _departs(schema, api["$defs"], value)) is not None:
            return f"{name}: {reason}"
    return ""


def _list_of(name: str) -> Json:
    return {"type": "array", "items": {"$ref": f"#/$defs/{name}"}}


def _departs(schema: Json | None, defs: Json, value: Any) -> str | None:
    if value is None:
        return None
    if schema is None:
        return "a body where the contract has none"
    checker = jsonschema.Draft202012Validator({**schema, "$defs": defs})
    error = next(checker.iter_errors(value), None)
    return f"{error.json_path}: {error.message}" if error else None


if __name__ == "__main__":
    FIXTURE.write_text(json.dumps(from_shared(), indent=1, sort_keys=True) + "\n", "utf-8")
