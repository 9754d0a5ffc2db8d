"""Results that are saved, loaded, and computed anew."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reference.background_sources import few_sources

import wayside
from wayside.errors import InputError
from wayside.results.codec import packed, unpacked
from wayside.results.kinds import KINDS, load_result, result_class
from wayside.results.rerun import rerun
from wayside.results.saving import Saved
from wayside.scenario import Scenario
from wayside.search.run import Settings


def small() -> Scenario:
    return wayside.load_scenario(
        "belle2-central", {"plane.points": 20, "run.radiation": "one-photon"}
    )


def made(kind: str) -> Saved:
    """A small result of a kind."""
    if kind == "background":
        return wayside.background(wayside.load_scenario("belle2-forward"), few_sources, points=9)
    if kind == "key-reach":
        plane = {"plane.x": "model.m_aprime", "plane.y": "model.epsilon", "plane.points": 20}
        ranges = {"plane.x_range": [13.0, 15.0], "plane.y_range": [1e-5, 1e-1]}
        return result_class(kind).compute(small().with_values({**plane, **ranges}))
    if kind == "comparison":
        return wayside.compare(
            [small(), small().with_values({"run.luminosity_fb": 10.0})], ["a", "b"]
        )
    if kind == "scan":
        return wayside.scan_keys(small(), {"model.epsilon": [1e-4, 1e-3]}, ["events", "ctau"])
    if kind == "placement":
        options = {"counts": [4, 4, 1], "distances": [4.0, 4.0], "count": 1}
        return result_class(kind).compute(small(), options)
    if kind == "design":
        pytest.importorskip("optuna")
        ends = {"detectors.A.position.2": (5.0, 9.0)}
        scenario = wayside.load_scenario("belle2-forward")
        return wayside.design(
            scenario, ends, wayside.DesignSettings(cost_is_objective=True), evaluations=8
        )
    if kind == "events":
        pytest.importorskip("pyarrow")
        return result_class(kind).compute(small(), {"number": 50, "seed": 3})
    return result_class(kind).compute(small())


def contents(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names}


@pytest.fixture
def few_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the background only the first: the others show tables."""
    from wayside.plotting import background_figures
    from wayside.plotting.budget import budget_figure

    few = [("background", budget_figure)]
    monkeypatch.setattr(
        background_figures,
        "background_figures",
        lambda report: [(name, lambda draw=draw: draw(report)) for name, draw in few],
    )


BY_DAY = ("reach", "point", "scan", "comparison")
"""Kinds whose results cost little; the others are tried at night."""


ELSEWHERE = ("search", "simulation", "reconstruction")
"""Kinds that are loaded and computed anew in tests of their own commands."""


def kinds(*names: str) -> list[Any]:
    nightly = pytest.mark.nightly
    return [pytest.param(name, marks=[] if name in BY_DAY else nightly) for name in names]


@pytest.mark.usefixtures("few_figures")
@pytest.mark.parametrize("kind", kinds(*(kind for kind in KINDS if kind not in ELSEWHERE)))
def test_all_there_is_travels(kind: str, tmp_path: Path) -> None:
    """A loaded result writes the bytes of the one that was saved, figures included."""
    result = made(kind)
    assert result.kind == kind
    formats = ("svg",)
    written = result.save(tmp_path / "one", formats=formats)
    loaded = load_result(tmp_path / "one")
    assert type(loaded) is type(result)
    assert repr(loaded) == repr(result)
    again = loaded.save(tmp_path / "two", formats=formats)
    names = [path.relative_to(tmp_path / "one").as_posix() for path in written]
    assert [path.relative_to(tmp_path / "two").as_posix() for path in again] == names
    assert contents(tmp_path / "one", names) == contents(tmp_path / "two", names)


@pytest.mark.parametrize("kind", [*kinds("relic", "scan"), "point", "events"])
def test_rerun_gives_the_same_files(kind: str, tmp_path: Path) -> None:
    written = made(kind).save(tmp_path / "one", formats=("png", "pdf"))
    done = rerun(tmp_path / "one", tmp_path / "two")
    assert done.same, done.verdicts
    assert not done.changed
    names = [path.relative_to(tmp_path / "one").as_posix() for path in written]
    assert contents(tmp_path / "one", names) == contents(tmp_path / "two", names)
    # One bit is found.
    provenance = tmp_path / "one" / "provenance.json"
    plain = json.loads(provenance.read_text())
    plain["inputs"]["scenario"]["model"]["epsilon"] *= 1.0 + 1e-12
    plain["environment"]["numpy"] = "1.0"
    provenance.write_text(json.dumps(plain))
    other = rerun(tmp_path / "one", tmp_path / "three")
    if kind != "scan":  # there it is an axis
        assert not other.same
    assert other.changed == [f"numpy 1.0 then, {np.__version__} now"]


def test_look_of_a_figure_travels(tmp_path: Path) -> None:
    from wayside.plotting.look import Look

    style = tmp_path / "own.mplstyle"
    style.write_text("axes.linewidth: 3\n")
    look = Look(hide=("relic",), title="mine", width=3.4, style=style)
    wayside.reach(small()).save(tmp_path / "one", formats=("svg",), look=look)
    assert rerun(tmp_path / "one", tmp_path / "two").same
    style.write_text("axes.linewidth: 4\n")
    with pytest.raises(InputError, match=r"look\.style = .*: is not the file"):
        rerun(tmp_path / "one", tmp_path / "three")
    assert not (tmp_path / "three").exists()
    style.unlink()
    with pytest.raises(InputError, match="no such file"):
        rerun(tmp_path / "one", tmp_path / "three")


def test_inputs_are_all_there(tmp_path: Path) -> None:
    """Versions, hashes of tables, hashes of what was written."""
    report = wayside.point_report(small())
    report.save(tmp_path, formats=())
    plain = json.loads((tmp_path / "provenance.json").read_text())
    assert plain["result"] == "point"
    assert plain["inputs"]["scenario"] == small().to_dict()
    assert plain["environment"]["wayside"] == wayside.__version__
    assert plain["environment"]["numpy"] == np.__version__
    assert {"r_ratio.csv", "candidates/candidates.parquet"} < set(plain["tables"])
    assert set(plain["files"]) == {"arrivals.csv", "point.json", "result.npz"}
    assert all(len(value) == 64 for value in plain["files"].values())


def test_settings_of_a_search_are_inputs() -> None:
    """Without the minute that a search takes: what `compute` gets is what `inputs` gave."""
    from wayside.results.search import SearchResult

    result = object.__new__(SearchResult)
    values = {"scenario": small(), "settings": Settings(folds=3, tree=True), "candidates": "here"}
    for name, value in values.items():
        object.__setattr__(result, name, value)
    plain = json.loads(json.dumps(result.inputs()))
    assert Settings(**plain["settings"]) == Settings(folds=3, tree=True)
    assert plain["candidates_folder"] == "here"


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, -0.0, 1e-320, float("inf"), "text", [1, [2.5]], (1, "a"), {"a": (1,)},
        {("a", 2): [1]}, Settings(), np.float64(0.1).item(),
    ],
)  # fmt: skip
def test_packed_values(value: Any) -> None:
    assert unpacked(packed(value)) == value
    assert packed(value) == packed(value)


def test_packed_arrays() -> None:
    rows = np.array([(1, 0.5), (2, np.nan)], dtype=[("n", "i4"), ("x", "f8")])
    back = unpacked(packed({"rows": rows, "none": np.zeros((0, 2))}))
    assert back["rows"].dtype == rows.dtype
    assert back["rows"].tobytes() == rows.tobytes()
    assert back["none"].shape == (0, 2)
    assert np.isnan(unpacked(packed(float("nan"))))


def test_nothing_else_is_made() -> None:
    """A file names no function, no module outside of Wayside, and nothing that runs."""
    with pytest.raises(TypeError, match=r"pathlib\..* cannot be kept"):
        packed(Path("x"))
    content = packed(Settings())
    for name in ("os:system", "wayside.__main__:main", "wayside.files:write_text", "wayside.x:Y"):
        damaged = _with_tree(content, {"type": name, "value": {}})
        with pytest.raises((ValueError, ModuleNotFoundError)):
            unpacked(damaged)


def _with_tree(content: bytes, tree: object) -> bytes:
    import io

    stream = io.BytesIO()
    text = np.frombuffer(json.dumps(tree).encode(), dtype=np.uint8)
    np.savez_compressed(stream, tree=text)
    assert len(content) > 0
    return stream.getvalue()


@pytest.mark.parametrize("how", ["none", "empty", "cut", "kind", "json"])
def test_damaged_results(how: str, tmp_path: Path) -> None:
    folder = tmp_path / "one"
    wayside.point_report(small()).save(folder, formats=())
    provenance, result = folder / "provenance.json", folder / "result.npz"
    if how == "none":
        provenance.unlink()
    elif how == "empty":
        result.unlink()
    elif how == "cut":
        result.write_bytes(result.read_bytes()[:-200])
    elif how == "kind":
        provenance.write_text(provenance.read_text().replace('"point"', '"pint"', 1))
    else:
        provenance.write_text("{")
    with pytest.raises(InputError) as caught:
        load_result(folder)
    assert "\n" not in str(caught.value)
    if how in ("none", "kind", "json"):
        with pytest.raises(InputError):
            rerun(folder, tmp_path / "two")
    with pytest.raises(InputError, match="no such folder"):
        load_result(tmp_path / "nowhere")
