"""The last good record: what is written is read back, and damage costs only itself."""

import gzip
import json

from hypothesis import given
from hypothesis import strategies as st

from tocsin.api.notify import Notify
from tocsin.compile.notify import route_block
from tocsin.reconcile.record import (
    ChannelRecord,
    Record,
    RouteRecord,
    read_record,
    write_record,
)

BLOCK = route_block("shop", Notify.model_validate({"channels": [{"name": "slack"}]}))
assert BLOCK is not None


def sample(text: str = "x") -> Record:
    return Record(
        {"shop/slack": ChannelRecord("uid-1", 3, {"slack": {"title": text}})},
        {BLOCK.digest: RouteRecord(BLOCK, "2026-01-01T00:00:00Z")},
    )


@given(st.text())
def test_what_is_written_is_read_back(text):
    assert read_record(write_record(sample(text))) == sample(text)


def test_equal_records_give_equal_bytes():
    assert write_record(sample()) == write_record(sample())


@given(st.binary(max_size=200))
def test_garbage_counts_as_absent(data):
    assert read_record(data) == Record()


def test_one_damaged_part_costs_only_itself():
    document = sample().to_document()
    document["channels"]["shop/broken"] = {"uid": "x"}
    document["routes"]["0000"] = {"block": {"namespace": 3}}
    assert read_record(gzip.compress(json.dumps(document).encode())) == sample()


def test_a_route_under_a_wrong_digest_is_not_believed():
    document = sample().to_document()
    document["routes"] = {"ffffffffffffffff": document["routes"][BLOCK.digest]}
    assert read_record(gzip.compress(json.dumps(document).encode())).routes == {}
