from dataclasses import replace
from pathlib import Path

import pytest

from classifier.errors import SettingError
from classifier.locations import ROOT, default_checkpoint, flowers_root
from classifier.setting_fields import declarations
from web.settings import Settings


def test_an_empty_environment_gives_the_defaults_of_the_table_and_of_the_record(monkeypatch: pytest.MonkeyPatch):
    defaults = {each.variable: each.default_text for each in declarations(Settings)}
    given = Settings.from_environ(defaults)  # a path of the table starts from the current folder
    assert Settings.from_environ({}) == Settings() == replace(given, checkpoint=ROOT / given.checkpoint)
    monkeypatch.chdir(ROOT.parent)
    assert Settings.from_environ({}).checkpoint.parent == ROOT / "checkpoints"


def test_every_variable_is_read():
    environ = {
        "HOST": "0.0.0.0",
        "PORT": "80",
        "CHECKPOINT": "a/b.safetensors",
        "ENGINE": "openvino",
        "FLOWERS_ROOT": "/photos",
        "MAX_UPLOAD_MB": "5",
        "BUSY_AFTER_S": "3",
        "LOG_LEVEL": "debug",
        "LOG_FORMAT": "JSON",
        "WEB_CONCURRENCY": "2",
        "WEB_THREADS": "4",
        "TRUSTED_PROXIES": "1",
        "ALLOWED_HOSTS": "flowers.example.org, .example.net",
        "PUBLIC_URL": "https://flowers.example.org",
        "RATE_LIMIT": "5 per second",
        "RATE_LIMIT_STORAGE": "redis://127.0.0.1:6379",
        "SECURITY_CONTACT": "mailto:security@example.org",
    }
    assert set(environ) == {each.variable for each in declarations(Settings)}
    assert Settings.from_environ(environ) == Settings(
        "0.0.0.0",
        80,
        Path("a/b.safetensors"),
        "openvino",
        Path("/photos"),
        5,
        3,
        "DEBUG",
        "json",
        processes=2,
        threads=4,
        trusted_proxies=1,
        allowed_hosts="flowers.example.org, .example.net",
        public_url="https://flowers.example.org",
        rate_limit="5 per second",
        rate_limit_storage="redis://127.0.0.1:6379",
        security_contact="mailto:security@example.org",
    )
    assert Settings.from_environ(environ).allowed_host_names == ("flowers.example.org", ".example.net")
    assert Settings().allowed_host_names == ()


def test_a_rate_can_be_switched_off():
    assert Settings.from_environ({"RATE_LIMIT": "Off"}).rate == ""
    assert Settings().rate == "600 per minute"


def test_an_empty_variable_counts_as_unset():
    assert Settings.from_environ({"PORT": " ", "FLOWERS_ROOT": ""}) == Settings()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "http", "PORT should be a whole number from 1 to 65535; it is 'http'."),
        ("PORT", "0", "PORT should be from 1 to 65535; it is 0."),
        ("PORT", "65536", "PORT should be from 1 to 65535"),
        ("MAX_UPLOAD_MB", "-1", "MAX_UPLOAD_MB should be from 1 to 20"),
        ("MAX_UPLOAD_MB", "1.5", "MAX_UPLOAD_MB should be a whole number"),
        ("BUSY_AFTER_S", "0", "BUSY_AFTER_S should be from 1 to 120"),
        ("WEB_CONCURRENCY", "many", "WEB_CONCURRENCY should be a whole number"),
        ("WEB_THREADS", "0", "WEB_THREADS should be from 1 to 256"),
        (
            "ENGINE",
            "abacus",
            "ENGINE should be one of auto, openvino-bf16, openvino, onnxruntime, torch; it is 'abacus'.",
        ),
        ("TRUSTED_PROXIES", "6", "TRUSTED_PROXIES should be from 0 to 5"),
        ("RATE_LIMIT", "often", "RATE_LIMIT should be a rate such as “600 per minute”, or off; it is 'often'."),
        ("RATE_LIMIT_STORAGE", "mysql://a", "RATE_LIMIT_STORAGE should begin with memory:// or redis:// or rediss://"),
        ("PUBLIC_URL", "flowers.example.org", "PUBLIC_URL should begin with https:// or http://"),
        ("PUBLIC_URL", "https://a\nb", "PUBLIC_URL should begin with"),
        ("SECURITY_CONTACT", "me", "SECURITY_CONTACT should begin with mailto:"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT should be one of text, json; it is 'xml'."),
        ("LOG_LEVEL", "loud", "LOG_LEVEL should be one of DEBUG, INFO, WARNING, ERROR; it is 'loud'."),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(name, value, words):
    with pytest.raises(SettingError) as caught:
        Settings.from_environ({name: value})
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "environ",
    [{}, {"CHECKPOINT": "~/a.safetensors", "FLOWERS_ROOT": "~/photos"}, {"CHECKPOINT": "a", "FLOWERS_ROOT": " b "},
     {"CHECKPOINT": "", "FLOWERS_ROOT": " "}],
)  # fmt: skip
def test_the_site_and_the_command_line_look_in_the_same_places(environ: dict[str, str]):
    settings = Settings.from_environ(environ)
    assert settings.checkpoint == default_checkpoint(environ)
    assert settings.flowers_root == flowers_root(environ)
