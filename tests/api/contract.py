"""openapi.yaml and events.yaml as the judge of every answer: status, content type, and each field, none missing, none extra."""
import functools
import pathlib
import re

import jsonschema
import yaml

API = pathlib.Path(__file__).resolve().parents[2] / "src/api"
OPENAPI = yaml.safe_load((API / "openapi.yaml").read_text())
EVENTS = yaml.safe_load((API / "events.yaml").read_text())


def _find(reference, home):
    file, _, pointer = reference.partition("#")
    node = OPENAPI if file else home
    for part in pointer.strip("/").split("/"):
        node = node[part]
    return node, (OPENAPI if file else home)


def _merge(parts):
    merged = {"type": "object", "properties": {}, "required": []}
    for part in parts:
        merged["properties"].update(part.get("properties", {}))
        merged["required"] += part.get("required", [])
    return merged


def strict(schema, home=OPENAPI):
    """JSON Schema of an OpenAPI 3.0 schema: references resolved, allOf merged, nullable spelled out, extra members refused."""
    if "$ref" in schema:
        target, home = _find(schema["$ref"], home)
        return strict(target, home)
    schema = dict(schema)
    nullable = schema.pop("nullable", False)
    parts = schema.pop("allOf", None)
    if parts:
        resolved = [strict(part, home) for part in parts]
        schema.update(resolved[0] if len(resolved) == 1 else _merge(resolved))
    if "properties" in schema:
        schema["properties"] = {name: strict(value, home) for name, value in schema["properties"].items()
                                if not value.get("writeOnly")}
        schema.setdefault("additionalProperties", False)
    elif isinstance(schema.get("additionalProperties"), dict):
        schema["additionalProperties"] = strict(schema["additionalProperties"], home)
    if schema.get("properties") == {}:
        schema.pop("additionalProperties", None)
    if "items" in schema:
        schema["items"] = strict(schema["items"], home)
    if "oneOf" in schema:
        schema["oneOf"] = [strict(part, home) for part in schema["oneOf"]]
    schema.pop("example", None)
    return {"anyOf": [{"type": "null"}, schema]} if nullable else schema


class Operation:
    def __init__(self, method, path, spec):
        self.method, self.path, self.spec = method, path, spec
        self.id = spec["operationId"]
        self.role = spec["x-role"]
        self.pattern = re.compile("^" + re.sub(r"\\{\w+\\}", "[0-9]+", re.escape(path)) + "$")


def _operations():
    for path, item in OPENAPI["paths"].items():
        base = "" if item.get("servers") else OPENAPI["servers"][0]["url"]
        for method in ("get", "post", "patch", "delete"):
            if method in item:
                yield Operation(method.upper(), base + path, item[method])


OPERATIONS = list(_operations())
# Succeed only with a call under way, or after one: tests/blackbox/test_contract_in_calls.py has them.
NEED_A_CALL = {"hangUp", "hold", "mute", "sendDigits", "decidePreview", "nextPreview", "saveNotes", "submitDisposition", "listAttemptEvents",
               "getAttempt", "getRecording", "getCallback", "changeCallback", "cancelCallback", "parkCall", "retrieveCall", "transferCall",
               "consult", "consultStep", "endLiveCall"}


def operation(method, path):
    for candidate in OPERATIONS:
        if candidate.method == method and candidate.pattern.match(path):
            return candidate
    raise AssertionError(f"openapi.yaml does not know {method} {path}")


@functools.cache
def _json_validator(operation_id, status):
    op = next(each for each in OPERATIONS if each.id == operation_id)
    response = op.spec["responses"][status]
    if "$ref" in response:
        response, _ = _find(response["$ref"], OPENAPI)
    schema = strict(response["content"]["application/json"]["schema"])
    return jsonschema.validators.validator_for(schema)(schema)


def check(method, path, answer):
    """Fails when an answer is not as openapi.yaml says. Returns the operation."""
    op = operation(method, path)
    status = str(answer.status_code)
    responses = op.spec["responses"]
    if status not in responses:
        assert answer.status_code >= 400, f"{op.id} answered {status}, which openapi.yaml does not name"
        status = "default"
    response = responses[status]
    if "$ref" in response:
        response, _ = _find(response["$ref"], OPENAPI)
    content = response.get("content")
    if not content:
        assert not answer.content, f"{op.id} {status} must have no body: {answer.text[:200]}"
        return op
    kind = answer.headers.get("Content-Type", "").split(";")[0]
    assert kind in content, f"{op.id} {status} has the content type {kind}, not one of {list(content)}"
    if kind == "application/json":
        error = jsonschema.exceptions.best_match(_json_validator(op.id, status).iter_errors(answer.json()))
        assert not error, f"{op.id} {status}: {error.message} at {list(error.absolute_path)}"
    return op


EVENT_SCHEMAS = {
    schema["properties"]["type"]["enum"][0]: strict(schema, EVENTS)
    for name, schema in EVENTS["components"]["schemas"].items() if "type" in schema.get("properties", {})
}


def check_message(message):
    """Fails when a message of a WebSocket is not as events.yaml says."""
    try:
        jsonschema.validate(message, EVENT_SCHEMAS[message["type"]])
    except jsonschema.ValidationError as error:
        raise AssertionError(f"{message['type']}: {error.message} at {list(error.absolute_path)}") from None


def check_schema(name, value):
    """Fails when a part of something else is not as the schema of this name says."""
    jsonschema.validate(value, strict(OPENAPI["components"]["schemas"][name]))
