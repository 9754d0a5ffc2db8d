"""The table of candidates: columns, files and weights."""

import json

import numpy as np
import pytest

from wayside.candidates.files import (
    Candidates,
    Lists,
    no_lists,
    read_candidates,
    read_decays,
    write_candidates,
    write_decays,
)
from wayside.candidates.schema import (
    COLUMNS,
    DECAY_ROW,
    DECAYS,
    GAPS,
    HITS,
    ROW,
    VERSION,
    row_type,
)
from wayside.candidates.weights import Vetoes, effective_count, has_time, source_weight
from wayside.errors import InputError

pytest.importorskip("pyarrow")


def filled(n=3, seed=1):
    rng = np.random.default_rng(seed)
    rows = np.zeros(n, ROW)
    for column in COLUMNS:
        rows[column.name] = rng.integers(0, 2, n) if column.dtype is np.bool_ else rng.random(n) * 9
    lengths = rng.integers(0, 4, (2, n))
    lists = []
    for own, columns in zip(lengths, (HITS, GAPS), strict=True):
        offsets = np.concatenate([[0], np.cumsum(own)])
        values = {c.name: (rng.random(offsets[-1]) * 9).astype(c.dtype) for c in columns}
        lists.append(Lists(offsets, values))
    samples = ({"name": "a", "simulated": 5}, {"name": "b", "simulated": 6})
    rows["sample"] = np.arange(n) % 2
    return Candidates(rows, *lists, samples, {"seed": 1})


def test_round_trip(tmp_path):
    candidates = filled()
    write_candidates(tmp_path / "c.parquet", candidates)
    again = read_candidates(tmp_path / "c.parquet")
    assert np.array_equal(again.rows, candidates.rows)
    for lists, other in ((again.fibres, candidates.fibres), (again.gaps, candidates.gaps)):
        assert np.array_equal(lists.offsets, other.offsets)
        for name, values in other.values.items():
            assert np.array_equal(lists.values[name], values)
    assert again.samples == candidates.samples
    assert again.about == {"seed": 1}
    assert len(again.of("b")) == 1
    with pytest.raises(InputError, match=r"no sample 'c' of candidates; there are: a, b"):
        again.of("c")


def test_no_rows(tmp_path):
    empty = Candidates(np.zeros(0, ROW), no_lists(HITS, 0), no_lists(GAPS, 0), ())
    write_candidates(tmp_path / "c.parquet", empty)
    assert len(read_candidates(tmp_path / "c.parquet").rows) == 0
    decays = np.zeros(2, DECAY_ROW)
    decays["boost"] = 1.0, 2.0
    write_decays(tmp_path / "d.parquet", decays, {"samples": [], "about": {}})
    assert np.array_equal(read_decays(tmp_path / "d.parquet"), decays)


def test_units_are_in_the_file(tmp_path):
    import pyarrow.parquet as pq

    write_candidates(tmp_path / "c.parquet", filled())
    schema = pq.read_schema(tmp_path / "c.parquet")
    assert len(schema.names) == len(COLUMNS) + len(HITS) + len(GAPS)
    assert schema.field("mass").metadata[b"unit"] == b"GeV"
    for column in (*COLUMNS, *HITS, *GAPS, *DECAYS):
        assert column.text
        assert len(column.text) < 400
    assert len(row_type(DECAYS)) == len(DECAYS)


def test_what_is_no_table_of_candidates_is_refused(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "c.parquet"
    with pytest.raises(InputError, match="no such file"):
        read_candidates(path)
    path.write_bytes(b"no")
    with pytest.raises(InputError, match="cannot be read as Parquet, damaged"):
        read_candidates(path)
    pq.write_table(pa.table({"mass": [1.0]}), path)
    with pytest.raises(InputError, match="holds no candidates"):
        read_candidates(path)
    for version, message in (
        (VERSION + 1, f"of version {VERSION + 1}, not"),
        (VERSION, "no column"),
    ):
        head = {b"wayside-candidates": json.dumps({"version": version}).encode()}
        pq.write_table(pa.table({"mass": [1.0]}).replace_schema_metadata(head), path)
        with pytest.raises(InputError, match=message):
            read_candidates(path)


def upstream(**options):
    """Fibres upstream veto unless something else is asked for."""
    return Vetoes(**{"fibre_veto": "upstream", "gas_veto": False, **options})


def test_vetoes_count_places_layers_and_gaps():
    rows = np.zeros(4, ROW)
    rows["timed"] = True, True, True, False
    rows["fibres_upstream"] = 1, 2, 0, 3
    rows["exits_upstream"] = 0, 1, 0, 0
    rows["fibres_downstream"] = 0, 1, 3, 1
    rows["exits_downstream"] = 0, 0, 2, 0
    rows["gaps_before"] = 0, 2, 0, 5
    rows["gap_birth"] = 0, 4, 0, 0
    f, g = 0.1, 0.03
    options = {"fibre_efficiency": 1.0 - f, "gas_efficiency": 1.0 - g}
    assert upstream(**options).silent(rows) == pytest.approx([f, f, 1.0, 1.0])
    assert upstream(**options, spare_exits=False).silent(rows) == pytest.approx([f, f**2, 1.0, 1.0])
    both = upstream(**options, fibre_veto="all", gas_veto=True).silent(rows)
    assert both == pytest.approx([f, f**2 * g**3, f, 1.0])
    three = upstream(**options, fibre_layers=3, fibre_veto="all", spare_exits=False).silent(rows)
    assert three == pytest.approx([f**3, f**9, f**9, 1.0])
    # The same by drawing: each layer at each place has a hit or not.
    rng = np.random.default_rng(5)
    silent = (rng.random((200_000, 2)) < f).all(axis=1).mean()
    drawn = upstream(**options, fibre_veto="upstream", spare_exits=False).silent(rows[1:2])[0]
    assert abs(silent - drawn) < 5.0 * np.sqrt(drawn / 200_000)
    assert upstream(fibre_layers=0, fibre_veto="all").silent(rows).tolist() == [1.0] * 4
    with pytest.raises(InputError, match="must not be negative"):
        upstream(fibre_layers=-1).silent(rows)
    with pytest.raises(InputError, match=r"gas efficiency 1\.5"):
        upstream(gas_efficiency=1.5).silent(rows)


def test_one_track_with_two_gaps_gives_a_time():
    rows = np.zeros(5, ROW)
    rows["timed"] = True, False, False, False, False
    rows["gas_gaps_1"] = 1, 2, 1, 0, 2
    rows["gas_gaps_2"] = 1, 0, 0, 3, 1
    rows["fibres_upstream"] = 1
    assert has_time(rows).tolist() == [True, False, False, False, False]
    assert has_time(rows, single_track=True).tolist() == [True, True, False, True, False]
    weights = upstream(single_track=True, fibre_efficiency=0.9).silent(rows)
    assert weights == pytest.approx([0.1, 0.1, 1.0, 0.1, 1.0])


def test_weights_of_sources():
    rows = np.zeros(2, ROW)
    rows["sampling_density"] = 2.0, np.nan
    assert source_weight(rows[:1], [4.0]).tolist() == [2.0]
    with pytest.raises(InputError, match="without a sampling density"):
        source_weight(rows, 1.0)
    assert effective_count([]) == 0.0
    assert effective_count([2.0, 1.0, 1.0], events=[3, 3, 7]) == pytest.approx(16.0 / 10.0)
