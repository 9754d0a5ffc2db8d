"""Compiled code that is kept: damaged, stale, unwritable, or written by two processes at once."""

import importlib.util
import math
import os
import subprocess
import sys
import time
import warnings
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numba.core import config

from wayside import compiled, load_scenario, mass_point
from wayside.errors import CacheWarning
from wayside.production import density, frames
from wayside.production import radiative_flight as radiative

SOURCE = """
from wayside.compiled import njit

@njit(error_model="numpy")
def scaled(x):
    return {factor} * x
"""

Load = Callable[[], Any]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Import a module with one compiled function, as a new process would."""
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "cache"))
    source = tmp_path / "module.py"
    source.write_text(SOURCE.format(factor=2.0))

    def load_module() -> ModuleType:
        spec = importlib.util.spec_from_file_location("module", source)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return lambda: load_module().scaled


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache").rglob("*.nbc"))


def loaded(function: Any) -> int:
    """Signatures that were read from a file."""
    return sum(function.stats.cache_hits.values())


def test_code_is_kept(load: Load, tmp_path: Path) -> None:
    first = load()
    assert (first(1.5), first(2), loaded(first)) == (3.0, 4.0, 0)
    assert len(files(tmp_path)) == 2
    again = load()
    assert (again(1.5), again(2), loaded(again)) == (3.0, 4.0, 2)


ALONE = """
import math, sys
import numpy as np
from numba import njit as numba_njit
from wayside.compiled import njit

@njit(error_model="numpy")
def summed(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] = 0.5 * x[i]
    return math.expm1(np.dot(y, y))

print(summed(np.array([1.0, -1.0])))
print("numba.misc.gdb_hook" in sys.modules, "awkward" in sys.modules)
print(numba_njit(lambda x: summed(x))(np.array([1.0, -1.0])))
"""


def test_code_that_is_kept_does_without_the_compiler(tmp_path: Path) -> None:
    """Which takes time to set up; a function that is compiled later and calls it gets one."""
    source = tmp_path / "alone.py"
    source.write_text(ALONE)

    def run() -> list[str]:
        done = subprocess.run(
            [sys.executable, source],
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout.splitlines()

    compiling, kept = run(), run()
    assert kept[0] == compiling[0]
    assert float(kept[0]) == pytest.approx(math.expm1(0.5), rel=1e-15)
    assert kept[1] == "False False"
    assert kept[2] == compiling[2] == kept[0]


@pytest.mark.parametrize("size", [0.0, 0.01, 0.5, 0.99])
def test_half_a_file_is_compiled_anew(load: Load, tmp_path: Path, size: float) -> None:
    load()(1.5)
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(size * len(whole))])
    with pytest.warns(CacheWarning, match=r"\.nbc: damaged; compiled anew$"):
        assert load()(1.5) == 3.0
    mended = load()
    assert (mended(1.5), loaded(mended)) == (3.0, 1)


def test_every_damaged_bit_is_noticed(load: Load, tmp_path: Path) -> None:
    load()(1.5)
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    rng = np.random.default_rng(3)
    cache = load()._cache._cache_file
    keys: list[Any] = []
    original = cache.load
    dispatcher = load()
    dispatcher._cache._cache_file.load = lambda key: keys.append(key) or original(key)
    dispatcher(1.5)
    for place in rng.integers(len(whole), size=50):
        bad = bytearray(whole)
        bad[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(bad)
        with pytest.warns(CacheWarning, match="damaged"):
            assert cache.load(keys[0]) is None


def test_a_changed_source_is_compiled_anew(load: Load, tmp_path: Path) -> None:
    load()(1.5)
    (tmp_path / "module.py").write_text(SOURCE.format(factor=30.0))
    changed = load()
    assert (changed(1.5), loaded(changed)) == (45.0, 0)


def test_code_of_another_signature_is_not_taken(load: Load, tmp_path: Path) -> None:
    """What two processes that number their files alike would leave behind."""
    both = load()
    both(1.5), both(2)
    one, other = files(tmp_path)
    one.write_bytes(other.read_bytes())
    again = load()
    assert (again(1.5), again(2)) == (3.0, 4.0)
    assert loaded(again) == 1


def test_code_with_a_class_that_is_gone_is_compiled_anew(load: Load) -> None:
    """Flights of packages that are no longer installed stay among the files."""
    function = load()
    gone = ModuleType("gone")
    pair = namedtuple("Pair", "x", module="gone")
    gone.Pair = pair  # type: ignore[attr-defined]
    sys.modules["gone"] = gone
    try:
        key = (("signature",), ("target",), ("code", "closure"))
        function._cache._cache_file.save(key, pair(1.0))
        assert function._cache._cache_file.load(key) == pair(1.0)
    finally:
        del sys.modules["gone"]
    assert function._cache._cache_file.load(key) is None


SLOW = """
import sys, time
from pathlib import Path
from numba.core import config
from wayside import compiled

config.CACHE_DIR = sys.argv[1]
sys.path.insert(0, sys.argv[2])
from slow_of_test import scaled

compile_it = scaled._compiler.compile

def slowly(*arguments):
    Path(sys.argv[2], "begun").touch()
    time.sleep(1.0)
    if len(sys.argv) > 3:
        raise RuntimeError("does not compile")
    return compile_it(*arguments)

scaled._compiler.compile = slowly
try:
    scaled(1.5)
except RuntimeError:
    time.sleep(30.0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such locks")
@pytest.mark.parametrize("outcome", [(), ("fails",)], ids=["compiles", "fails"])
def test_a_process_waits_for_what_another_compiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcome: tuple[str, ...]
) -> None:
    """And no longer than that, though the other process lives on."""
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "slow_of_test.py").write_text(SOURCE.format(factor=2.0))
    (tmp_path / "main.py").write_text(SLOW)
    command = [sys.executable, str(tmp_path / "main.py"), str(tmp_path / "cache"), str(tmp_path)]
    with subprocess.Popen([*command, *outcome]) as other:
        while not (tmp_path / "begun").exists():
            assert other.poll() is None
            time.sleep(0.01)
        sys.modules.pop("slow_of_test", None)
        scaled = importlib.import_module("slow_of_test").scaled
        assert scaled(1.5) == 3.0
        other.kill()
    assert loaded(scaled) == (0 if outcome else 1)
    assert len(files(tmp_path)) == 1


def test_without_a_folder(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a read-only installation without a home, every process compiles for itself."""

    def nowhere(_: Any) -> None:
        raise RuntimeError("cannot cache function 'scaled': no locator available")

    monkeypatch.setattr(compiled, "_Cache", nowhere)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load()(1.5) == 3.0
    assert compiled.cache_folder() is None


def test_a_full_disk_is_said(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    function = load()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    expected = f"cannot be kept in {tmp_path / 'cache'}: No space left on device"
    with pytest.warns(CacheWarning, match=expected):
        assert function(1.5) == 3.0
    with warnings.catch_warnings():  # once for all functions, also where filters change
        warnings.simplefilter("error")
        assert load()(1.5) == 3.0
    assert files(tmp_path) == []


def test_every_compiled_function_is_kept_this_way() -> None:
    """No module of the package asks Numba for its own cache."""
    folder = Path(compiled.__file__).parent
    others = [
        path.name
        for path in folder.rglob("*.py")
        if "cache=True" in path.read_text() or "numba.njit(" in path.read_text()
    ]
    assert others == ["compiled.py"]


def test_what_it_calls_and_reads_is_part_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(tmp_path)
    head = "from wayside.compiled import njit\n"
    outer = f"{head}from inner_of_test import factor\nOFFSET = {{}}\n\n@njit()\n"
    outer += "def total(x):\n    return factor(x) + OFFSET\n"

    def value(factor: float, offset: float) -> float:
        (tmp_path / "inner_of_test.py").write_text(
            f"{head}\n@njit()\ndef factor(x):\n    return {factor} * x\n"
        )
        (tmp_path / "outer_of_test.py").write_text(outer.format(offset))
        importlib.invalidate_caches()
        for name in ("inner_of_test", "outer_of_test"):
            sys.modules.pop(name, None)
        module = importlib.import_module("outer_of_test")
        return float(module.total(1.5))

    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert value(2.0, 1.0) == 4.0
    assert value(30.0, 1.0) == 46.0
    assert value(30.0, 2.0) == 47.0


def test_what_an_argument_selects_is_part_of_it() -> None:
    """A mass point's density is found by the type of its flight, in other files."""
    flight = mass_point(load_scenario("belle2-forward")).flight
    stamps = compiled._stamps_of_types((compiled.numba.typeof(flight),))
    sources = {stamp.split()[0] for stamp in stamps}
    assert {str(Path(module.__file__)) for module in (radiative, density, frames)} <= sources


def test_arrays_and_modules_are_part_of_it() -> None:
    scope = {"table": np.array([1.0, 2.0]), "frames": frames}
    exec("def function(i):\n    return table[i] * frames.SPEED", scope)
    first: set[str] = set()
    compiled._collect(scope["function"], set(), first)
    assert any(stamp.startswith(str(Path(frames.__file__))) for stamp in first)
    scope["table"][1] = 3.0
    second: set[str] = set()
    compiled._collect(scope["function"], set(), second)
    assert first != second


def test_a_field_more_of_an_argument() -> None:
    pair = namedtuple("pair", "a b")  # its module is this one
    types = (compiled.numba.typeof(pair(1.0, 2.0)),)
    (stamp,) = compiled._stamps_of_types(types)
    assert stamp.startswith(__file__)


@compiled.njit()
def _shifted(x, step):
    return x + step


@compiled.njit()
def _shifted_twice(x, step):
    return _shifted(_shifted(x, step), 2) + _shifted(x, 3)


def test_constants_and_variables_have_the_same_code() -> None:
    assert _shifted_twice(1.0, 4) == 11.0
    assert [str(kind) for kinds in _shifted.signatures for kind in kinds] == ["float64", "int64"]
