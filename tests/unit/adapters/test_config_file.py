"""The configuration file: defaults, mistakes with field and remedy, nothing repeated."""

from pathlib import Path

import pytest

from tocsin.adapters.config_file import ConfigFileError, load_config, parse_config
from tocsin.api.config import OperatorConfig


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}"])
def test_an_empty_file_means_all_defaults(text: str, tmp_path: Path):
    file = tmp_path / "config.yaml"
    file.write_text(text)
    assert load_config(file) == OperatorConfig()


def test_fields_are_written_as_the_api_writes_them():
    text = "alertmanager: {secret: {name: am}, maxSecretBytes: 2000}\nwatchNamespaces: [shop]\n"
    config = parse_config(text, "x")
    assert config.alertmanager.secret.name == "am"
    assert config.alertmanager.max_secret_bytes == 2000
    assert config.watch_namespaces == ("shop",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "line 2: is no YAML"),
        ("- a", "must be a mapping"),
        ("severities: [a, a]", "an entry stands twice"),
        ("alertmanger: {}", "alertmanger"),
        ("watch_namespaces: [a]", "watch_namespaces"),
        ("limits: {rulesPerNamespace: 0}", r"limits\.rulesPerNamespace.*at least 1"),
        ("limits: 3", "limits"),
        ("policy: {requireRunbookFor: [fatal]}", r"policy\.requireRunbookFor\[0\]: 'fatal'"),
        ("policy: {allowedSeverities: [{severities: [fatal]}]}", "'fatal' is not one of"),
        ("policy: {requiredLabels: [{name: a, pattern: '('}]}", "is no regular expression"),
        ("policy: {requiredLabels: [{name: a, pattern: '(a+)+'}]}", "repeated group"),
        ("policy: {requiredLabels: [{name: a, pattern: '(?=a)'}]}", "look-around"),
        ("policy: {requiredLabels: [{name: 'a-b'}]}", r"policy\.requiredLabels\[0\]\.name"),
        ("enforceNamespace: maybe", "enforceNamespace"),
    ],
)
def test_mistakes_name_the_file_and_the_field(text: str, said: str):
    with pytest.raises(ConfigFileError, match=said) as caught:
        parse_config(text + "\n", "config.yaml")
    assert str(caught.value).startswith("config.yaml")


def test_every_mistake_has_its_line():
    with pytest.raises(ConfigFileError) as caught:
        parse_config("limits: {rulesPerNamespace: 0, channelsPerNamespace: 0}", "c")
    assert len(str(caught.value).splitlines()) == 2


def test_a_file_that_cannot_be_read(tmp_path: Path):
    with pytest.raises(ConfigFileError, match="cannot be read"):
        load_config(tmp_path / "none")
    file = tmp_path / "latin"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigFileError, match="is not UTF-8"):
        load_config(file)
    file.write_bytes(b"#" * (2 << 20))
    with pytest.raises(ConfigFileError, match="is larger than"):
        load_config(file)
