"""A trainer written from the OpenAPI document alone. It checks each request and answer against the document.

Usage: client.py <url> <study> <name> <trials to tell, or 0 for all>
"""
import json
import sys
import time
import urllib.error
import urllib.request
import uuid

from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.datastructures import Headers, ImmutableMultiDict

url, study, name, trials = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])


def send(method, path, headers, body):
    """Sends a request, and sends it again while the server is away."""
    for _ in range(600):
        request = urllib.request.Request(url + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise SystemExit("the server does not come back")


document = json.loads(send("GET", "/v1/openapi.json", {}, None)[2])
OpenAPIV31SpecValidator(document).validate()
api = OpenAPI.from_dict(document)
places = {
    operation["operationId"]: (method, path)
    for path, methods in document["paths"].items()
    for method, operation in methods.items()
}


class Request:
    content_type = "application/json"

    def __init__(self, method, path, names, headers, body):
        self.host_url, self.path, self.method, self.body = url, path, method, body
        self.parameters = RequestParameters(path=names, header=Headers(headers), query=ImmutableMultiDict(), cookie=ImmutableMultiDict())


class Response:
    def __init__(self, status, headers, data):
        self.status_code, self.headers, self.data, self.content_type = status, Headers(headers), data, headers["content-type"]


checked = 0


def call(operation, body=None, key=None, **names):
    global checked
    method, pattern = places[operation]
    path = pattern.format(study=study, **names)
    headers = {"Content-Type": "application/json"} if body is not None else {}
    if key is not None:
        headers["Idempotency-Key"] = key
    data = None if body is None else json.dumps(body).encode()
    status, answered, text = send(method.upper(), path, headers, data)
    request = Request(method, path, {"study": study, **{k: str(v) for k, v in names.items()}}, headers, data)
    api.validate_request(request)
    api.validate_response(request, Response(status, {k.lower(): v for k, v in answered.items()}, text))
    checked += 1
    return status, json.loads(text)


told = 0
while trials == 0 or told < trials:
    status, asked = call("ask", {"trainer": name, "wait": 5}, key=str(uuid.uuid4()))
    if status != 200:
        raise SystemExit(f"ask: {status} {asked}")
    if asked["next"] == "over":
        break
    if asked["next"] == "wait":
        continue
    trial, run, stop = asked["trial"], asked["run"], False
    for step in range(1, 4):
        loss = (asked["params"]["x"] - 0.3) ** 2 + 1 / step
        status, answer = call("report", {"run": run, "step": step, "values": {"loss": loss}}, key=str(uuid.uuid4()), trial=trial)
        stop = status != 200 or answer["stop"]
        if stop:
            break
    if status == 409:
        continue  # the attempt was lost while the server was away
    if stop:
        status, answer = call("stopped", {"run": run}, key=str(uuid.uuid4()), trial=trial)
    else:
        status, answer = call("tell", {"run": run, "values": {"loss": loss}}, key=str(uuid.uuid4()), trial=trial)
    if status != 200:
        raise SystemExit(f"tell: {status} {answer}")
    told += 1
for operation in ("studies", "study", "best", "trials", "log"):
    status, _ = call(operation)
    assert status == 200, operation
status, refused = call("tell", {"run": "none", "values": {"loss": 0}}, trial=10**6)
assert (status, refused["code"]) == (404, "unknown-trial"), refused
print(json.dumps({"told": told, "checked": checked}))
