"""The API on a bare server: the same answers and refusals as the command line, in JSON."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from classifier.data.collection import Collection
from classifier.data.statistics import Statistics
from classifier.predictions.values import Candidate, Neighbour, Neighbours, Prediction
from tests.making.fakes import CLASSES, FakeClassifier, draw_flower, encode
from web import create_app
from web.api import routes as api
from web.settings import Settings
from web.site import Site

PHOTO = encode(draw_flower())
NEAR = Neighbour(101, 3, 0.97)


class CalibratedClassifier(FakeClassifier):
    """As the fake, with the real answers' values."""

    def predict(self, images: Any, *, top_k: int = 5) -> tuple[Prediction, ...]:
        return tuple(
            Prediction(
                tuple(Candidate(c.class_id, c.name, c.scientific_name, c.probability) for c in answer.candidates),
                verdict="unknown",
                reason="not_the_subject",
                coverage_set=(),
                coverage=0.95,
                neighbours=Neighbours((NEAR,), {3: (NEAR,)}),
                similarity=0.97,
                duplicate_of=101,
            )
            for answer in super().predict(images, top_k=top_k)
        )


def client_for(garden: Collection, classifier: FakeClassifier | None, settings: Settings | None = None) -> FlaskClient:
    server = Flask("test", static_folder=None)
    settings = settings or Settings(busy_after_s=1)
    server.config["MAX_CONTENT_LENGTH"] = settings.max_upload_bytes * 4 // 3
    api.register(server, Site(settings, garden, Statistics(garden), classifier, None))
    return server.test_client()


@pytest.fixture
def client(garden: Collection) -> FlaskClient:
    return client_for(garden, CalibratedClassifier())


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    body = json.loads(response.text)
    assert body["code"] == code
    assert body["status"] == status
    assert body["detail"]
    return body


def test_a_form_and_a_raw_body_get_the_same_answer(client):
    form = client.post("/api/v1/classify", data={"image": (io.BytesIO(PHOTO), "my rose.jpg")})
    raw = client.post("/api/v1/classify", data=PHOTO, content_type="image/jpeg")
    assert form.status_code == raw.status_code == 200
    assert form.json["photo"] == "my rose.jpg"
    assert {**form.json, "photo": None} == raw.json
    assert raw.json["predictions"][0]["class_id"] == 3
    assert raw.json["verdict"] == "unknown"
    assert raw.json["neighbours"]["by_class"]["3"][0]["image_id"] == 101


def test_a_form_s_file_never_reaches_the_disk(app):
    large = {"image": (io.BytesIO(b"x" * 2_000_000), "x.jpg")}
    with app.server.test_request_context("/api/v1/classify", method="POST", data=large):
        assert isinstance(request.files["image"].stream, io.BytesIO)


class Guarded(io.BytesIO):
    """As a server's socket: whoever reads on at the end of the body waits for ever."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.whole = len(body)

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert 0 <= size <= self.whole - self.tell(), "reads beyond the body"
        return super().read(size)


@pytest.mark.parametrize("size", [5, 900_000, 1_300_000, 3_000_000])
def test_a_refused_body_is_read_to_its_end_and_no_further(garden, size):
    app = create_app(Settings(max_upload_mb=1), CalibratedClassifier(), garden)
    body = Guarded(b"x" * size)
    answer = app.server.test_client().post("/api/v1/classify", input_stream=body, content_length=size)
    assert answer.status_code == (422 if size < 1_048_576 else 413)
    assert body.tell() == size


def test_top_k(client):
    assert len(client.post("/api/v1/classify?top_k=2", data=PHOTO).json["predictions"]) == 2


@pytest.mark.parametrize("top_k", ["0", "-1", "x", "1001", "00001999999", "9" * 5000, "²", "1.5", ""])
def test_top_k_that_makes_no_sense(client, top_k):
    assert_problem(client.post(f"/api/v1/classify?top_k={top_k}", data=PHOTO), 400, "bad_setting")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "no_photo"),
        (b"hello there", 422, "not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "unsupported_format"),
        (PHOTO[: len(PHOTO) // 2], 422, "truncated_image"),
        (encode(draw_flower(size=(1000, 2)), "PNG"), 422, "too_small"),
        (b"\0" * (2 * 1024 * 1024), 413, "too_many_bytes"),
    ],
)
@pytest.mark.parametrize("form", [False, True])
def test_refusals_have_the_codes_of_the_command_line(garden, body, status, code, form):
    client = client_for(garden, CalibratedClassifier(), Settings(max_upload_mb=1))
    sent: Any = {"image": (io.BytesIO(body), "x.jpg")} if form else body
    assert_problem(client.post("/api/v1/classify", data=sent), status, code)


def test_a_form_without_the_field(client):
    sent = {"photo": (io.BytesIO(PHOTO), "x.jpg")}
    assert "image" in assert_problem(client.post("/api/v1/classify", data=sent), 400, "no_photo")["detail"]


def test_without_a_model(garden):
    client = client_for(garden, None)
    assert_problem(client.post("/api/v1/classify", data=PHOTO), 503, "no_model")
    assert len(client.get("/api/v1/classes").json["classes"]) == len(CLASSES)


def test_a_fault_of_ours_tells_nothing(garden):
    client = client_for(garden, CalibratedClassifier(error=RuntimeError("secret")))
    assert "secret" not in str(assert_problem(client.post("/api/v1/classify", data=PHOTO), 500, "error"))


def test_classes(client):
    assert client.get("/api/v1/classes").json["classes"][0] == CLASSES[0].to_dict()


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/nope", "/api/v1/classify/x"])
def test_other_addresses(client, path):
    assert_problem(client.get(path), 404, "not_found")


@pytest.mark.parametrize(("method", "path"), [("GET", "classify"), ("DELETE", "classes"), ("POST", "openapi.json")])
def test_other_methods(client, method, path):
    response = client.open(f"/api/v1/{path}", method=method)
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["Allow"]


@pytest.mark.parametrize("path", ["classify", "classes", "openapi.json"])
def test_options_lists_the_methods_that_work_and_no_others(app, path):
    client = app.server.test_client()
    answer = client.options(f"/api/v1/{path}")
    assert answer.status_code == 204
    allowed = set(answer.headers["Allow"].split(", "))
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        response = client.open(f"/api/v1/{path}", method=method)
        assert (response.status_code != 405) == (method in allowed), method
        if response.status_code == 405:
            assert set(response.headers["Allow"].split(", ")) == allowed


def test_options_of_nothing_is_nothing(client):
    assert_problem(client.options("/api/v1/nope"), 404, "not_found")


@pytest.mark.parametrize("second", ["image", "photo", "image2"])
def test_of_two_files_none_is_dropped_silently(client, second):
    one, two = (io.BytesIO(PHOTO), "one.jpg"), (io.BytesIO(PHOTO), "two.jpg")
    form: Any = {"image": [one, two]} if second == "image" else {"image": one, second: two}
    answer = client.post("/api/v1/classify", data=form)
    assert "2 files" in assert_problem(answer, 400, "bad_setting")["detail"]


def test_the_description_is_valid_openapi(client):
    validator = pytest.importorskip("openapi_spec_validator")
    document = client.get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    validator.OpenAPIV31SpecValidator(document).validate()


def test_answers_are_as_described(client):
    jsonschema = pytest.importorskip("jsonschema")
    document = client.get("/api/v1/openapi.json").json
    answers = {
        "Prediction": client.post("/api/v1/classify", data=PHOTO).json,
        "Classes": client.get("/api/v1/classes").json,
        "Problem": json.loads(client.get("/api/v1/nope").text),
    }
    for name, answer in answers.items():
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        jsonschema.Draft202012Validator(schema).validate(answer)
