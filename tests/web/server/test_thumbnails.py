import io
from dataclasses import replace

import pytest
from PIL import Image

from classifier.photos.limits import PhotoLimits
from tests.making.fakes import FakeClassifier, plant_garden
from web import create_app
from web.server.thumbnails import WIDTHS, photo_url
from web.settings import Settings


@pytest.fixture
def client(app):
    return app.server.test_client()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_thumbnail_is_a_small_webp_with_long_cache(client, width):
    response = client.get(f"/photos/101.webp?w={width}")
    assert response.status_code == 200
    assert response.mimetype == "image/webp"
    assert "max-age=2592000" in response.headers["Cache-Control"]
    image = Image.open(io.BytesIO(response.data))
    assert image.format == "WEBP"
    assert image.size == ((160, 120) if width == 160 else (320, 240))


def test_another_photo_of_the_same_number_has_another_address(garden):
    photo = garden.photos[0]
    assert photo_url(photo) == photo_url(replace(photo))
    for other in (replace(photo, file="other/1.jpg"), replace(photo, width=9), replace(photo, mean_colour=(1, 2, 3))):
        assert photo_url(other) != photo_url(photo)


def test_the_addresses_on_pages_lead_to_photos(client, garden):
    assert client.get(photo_url(garden.photos[0], 160)).status_code == 200


def test_a_known_etag_is_answered_without_the_photo(client):
    etag = client.get("/photos/101.webp?w=160").headers["ETag"]
    again = client.get("/photos/101.webp?w=160", headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert again.data == b""
    assert client.get("/photos/101.webp?w=320").headers["ETag"] != etag


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/photos/101.webp", 200),
        ("/photos/101.webp?w=161", 400),
        ("/photos/101.webp?w=100000", 400),
        ("/photos/101.webp?w=", 400),
        ("/photos/101.webp?w=-160", 400),
        ("/photos/101.webp?w=0160", 400),
        ("/photos/101.webp?w=%2e%2e", 400),
        ("/photos/99999999999999999999.webp?w=160", 404),
        ("/photos/1.webp", 404),
        ("/photos/0.webp", 404),
        ("/photos/-1.webp", 404),
        ("/photos/a.webp", 404),
        ("/photos/101.jpg", 404),
        ("/photos/../app.py", 404),
        ("/photos/%2e%2e/app.py", 404),
        ("/photos/", 404),
    ],
)
def test_only_known_photos_in_allowed_widths(client, path, status):
    assert client.get(path).status_code == status


def test_without_photos_there_are_no_thumbnails(bare_garden):
    client = create_app(Settings(), FakeClassifier(), bare_garden).server.test_client()
    assert client.get("/photos/101.webp").status_code == 404


def test_a_photo_that_went_away_or_broke_is_not_found(tmp_path):
    garden = plant_garden(tmp_path)
    client = create_app(Settings(), FakeClassifier(), garden).server.test_client()
    (tmp_path / "photos" / "101.jpg").unlink()
    (tmp_path / "photos" / "102.jpg").write_bytes(b"no photo")
    assert client.get("/photos/101.webp").status_code == 404
    assert client.get("/photos/102.webp").status_code == 404
    assert client.get("/photos/103.webp").status_code == 200


def test_a_changed_photo_gets_a_new_thumbnail(tmp_path):
    client = create_app(Settings(), FakeClassifier(), plant_garden(tmp_path)).server.test_client()
    before = client.get("/photos/101.webp")
    Image.new("RGB", (300, 300), "blue").save(tmp_path / "photos" / "101.jpg")
    after = client.get("/photos/101.webp")
    assert after.data != before.data
    assert after.headers["ETag"] != before.headers["ETag"]


@pytest.mark.parametrize(("megapixels", "status"), [(1, 404), (2, 200)])
def test_photos_are_read_with_the_limits_of_their_collection(tmp_path, megapixels, status):
    garden = replace(plant_garden(tmp_path), limits=PhotoLimits(max_photo_megapixels=megapixels))
    Image.new("RGB", (1200, 1000), "blue").save(tmp_path / "photos" / "101.jpg")
    client = create_app(Settings(), FakeClassifier(), garden).server.test_client()
    assert client.get("/photos/101.webp").status_code == status
