"""What a user reads: the exact line for each kind of mistake."""

from pathlib import Path
from typing import Any

import pytest

from wayside.errors import InputError
from wayside.scenario import Scenario, builtin_names, builtin_text, checks, load_scenario

MISTAKES = {
    # unknown keys
    "model.m_aprme=3": 'model.m_aprme: unknown key; did you mean "model.m_aprime"?',
    "model.G_D=3": 'model.G_D: unknown key; did you mean "model.g_d"?',
    "modle.m1=3": 'modle: unknown key; did you mean "model"?',
    "luminosity=3": 'luminosity: unknown key; did you mean "run.luminosity_fb"?',
    "epsilon=3": 'epsilon: unknown key; did you mean "model.epsilon"?',
    "detectors.A.pos=3": 'detectors.A.pos: unknown key; did you mean "detectors.A.position"?',
    "plane.zzz=1": (
        "plane.zzz: unknown key; allowed: kind, hold, epsilon, g_d, m2, delta, x, y, x_range,"
        " y_range, points, band"
    ),
    # types and units
    "model.m1=30 cm": (
        "model.m1 = '30 cm': a length, but must be an energy: a number in GeV, or a string with"
        " a unit (GeV, eV, keV, MeV, TeV)"
    ),
    "model.epsilon=1e-4 GeV": (
        "model.epsilon = '1e-4 GeV': an energy, but must be a number without a unit"
    ),
    "model.kind=scaler": (
        "model.kind = 'scaler': must be 'scalar', 'pseudo-dirac', 'dark-photon', 'alp-photon',"
        " 'dark-higgs', 'dark-higgs-aprime', 'hnl' or 'from-file'; did you mean \"scalar\"?"
    ),
    "run.efficiency=half": "run.efficiency = 'half': must be 'unity' or 'simulated'",
    "run.efficency=unity": 'run.efficency: unknown key; did you mean "run.efficiency"?',
    "run.selection=gas": (
        'run.selection = \'gas\': must be "auto", "vertex", "timed", "search", or the path of a'
        " selection file (.json)"
    ),
    "reconstruction.fibre_veto=none": (
        "reconstruction.fibre_veto = 'none': must be 'upstream' or 'all'"
    ),
    "model.m1=nan": "model.m1 = nan: must be finite (GeV)",
    "model.m1=-4.3": "model.m1 = -4.3: must be at least 1e-09 and at most 1e+06 (GeV)",
    "model.epsilon=1": "model.epsilon = 1: must be at least 1e-30 and below 1",
    "model=3": "model = 3: must be a section of keys and values",
    "model.m1.x=3": "model.m1.x: model.m1 is a value, not a section",
    "detectors.A.position=[1, 7]": (
        "detectors.A.position = [1, 7]: must be a list of three numbers (m)"
    ),
    "plane.epsilon=[1e-2, 1e-3]": (
        "plane.epsilon = [0.01, 0.001]: must be a list of two numbers, the lower first"
    ),
    "run.signal=[1]": "run.signal[0] = 1: must be a string",
    "stack.fibre_planes=1.5": "stack.fibre_planes = 1.5: must be a whole number from 1 to 10",
    "cost.lead=-1": "cost.lead = -1: must be at least 0 and at most 1e+12",
    "cost.scanning_speed=0": "cost.scanning_speed = 0: must be above 0 and at most 1e+09",
    "cost.invar=3": (
        "cost.invar: unknown key; allowed: film, exchange, scanning_hour, scanning_speed, plate,"
        " tungsten, lead, gas_plane, gas_area, fibre_area, fixed"
    ),
    # of sections together
    "model.m1=3": "model.m1 = 3: must be above m2 = 3.65 GeV",
    "model.m_aprime=7.5": (
        "model.m_aprime = 7.5: on shell it must be above m1 + m2 = 7.991"
        " and below sqrt_s = 10.58 GeV"
    ),
    "model.m_aprime=10.57999999": (
        "model.m_aprime = 10.57999999: on shell it must be above m1 + m2 = 7.991"
        " and below sqrt_s = 10.58 GeV"
    ),
    "model.mu=4": "model.mu = 4: given beside m1 and m2; give either m1 and m2, or mu and rho",
    "run.signal=AA": "run.signal = ['AA']: no detector 'AA'; did you mean \"A\"?",
    "run.signal=C": "run.signal = ['C']: no detector 'C'; known: A, B",
    "run.signal=[]": "run.signal = []: must name at least one detector",
    'run.signal=["A", "A"]': "run.signal = ['A', 'A']: must name each detector once",
    "detectors={}": "detectors: at least one [detectors.NAME] section is needed",
    "detectors.C.position=[1, 0, 7]": "detectors.C.size: missing, but required",
    # the site and the beams
    "site.exposure=3 m": (
        "site.exposure = '3 m': a length, but must be a time: a number in d, or a string with a"
        " unit (d, week, month, yr)"
    ),
    "site.exposure=0": "site.exposure = 0: must be above 0 and at most 100000 (d)",
    "site.overburden=-1": "site.overburden = -1: must be at least 0 and at most 10000 (m)",
    "site.density=2.5": 'site.density: unknown key; did you mean "site.rock_density"?',
    'beam_backgrounds.x={particle="photon", energy=0.1}': (
        "beam_backgrounds.x.rate: missing; give rate (Hz) or flux (Hz/m^2)"
    ),
    'beam_backgrounds.x={particle="photon", energy=0.1, rate=1, flux=2}': (
        "beam_backgrounds.x.flux = 2: given beside rate; give one of them"
    ),
    'beam_backgrounds.x={particle="photon", energy=[0.1, 1], rate=1, weights=1}': (
        "beam_backgrounds.x.weights = [1.0]: must be as many as energies, 2"
    ),
    'beam_backgrounds.x={particle="photon", energy=0.1, rate=1, weights=0}': (
        "beam_backgrounds.x.weights = 0: at least one weight must be above 0"
    ),
    'beam_backgrounds.x={particle="muon", energy=0.1, rate=1}': (
        "beam_backgrounds.x.particle = 'muon': must be 'photon', 'electron' or 'neutron'"
    ),
    'beam_backgrounds.x={particle="photon", energy=0.1, rate=1, detectors="C"}': (
        "beam_backgrounds.x.detectors = ['C']: no detector 'C'; known: A, B"
    ),
    # the command line itself
    "model.m1": "--set 'model.m1': must be KEY=VALUE, such as model.epsilon=1e-4",
    "=3": "--set '=3': must be KEY=VALUE, such as model.epsilon=1e-4",
    "model..m1=3": "'model..m1': must be a dotted key such as model.epsilon",
}


@pytest.mark.parametrize("override", MISTAKES)
def test_line(override: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario("belle2-forward", [override])
    assert str(caught.value) == MISTAKES[override]


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        (
            ["model.m_aprime=14", "model.m1=6", "model.m2=5"],
            "model.m1 = 6: off shell, m1 + m2 = 11 must be below sqrt_s = 10.58 GeV",
        ),
        (
            ["run.production=off-shell", "model.m_aprime=0.5"],
            "model.m_aprime = 0.5: must be above m1 - m2 = 0.691 GeV,"
            " else the excited state decays to a real A'",
        ),
        (
            ["run.production=off-shell", "model.m_aprime=10.58"],
            "model.m_aprime = 10.58: off shell it must differ from sqrt_s = 10.58 GeV by"
            " more than 1.1e-07",
        ),
        (
            ["run.production=on-shell", "model.m_aprime=14"],
            "model.m_aprime = 14: on shell it must be above m1 + m2 = 7.991"
            " and below sqrt_s = 10.58 GeV",
        ),
        (["model.mu=4", "model.rho=5"], "model.rho = 5 GeV: must be below mu = 4 GeV"),
        (["model.mu=4", "model.rho=1e-9"], "model.rho = 1e-09: too small"),
        (
            ["plane.kind=epsilon-m2", "plane.hold=m2"],
            'plane.hold = "m2": must be "sum" or "m1" or "ratios" in the plane "epsilon-m2"',
        ),
        (
            ["plane.kind=epsilon-delta", "plane.hold=m1"],
            'plane.hold = "m1": must be "sum" or "m2" in the plane "epsilon-delta"',
        ),
        (
            ["model.m1=3", "run.signal=C", "plane.kind=epsilon-m2", "plane.hold=m2"],
            "model.m1 = 3: must be above m2 = 3.65 GeV (and 2 more)",
        ),
        (
            # The misspelt key and the missing one are the same mistake; the NaN is another.
            ["model.mu=4", "model.kinds=scalar", "model.g_d=nan"],
            'model.kinds: unknown key; did you mean "model.kind"? (and 1 more)',
        ),
    ],
)
def test_line_of_several(overrides: list[str], line: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario("belle2-forward", overrides)
    assert str(caught.value) == line


def test_misspelt_required_key_is_one_problem(base: dict[str, Any]) -> None:
    base["model"]["m_aprme"] = base["model"].pop("m_aprime")
    with pytest.raises(InputError, match=r'did you mean "model.m_aprime"\?$'):
        Scenario.from_dict(base)


@pytest.mark.parametrize("key", ["m1", "m2"])
def test_half_a_parametrisation(key: str, base: dict[str, Any]) -> None:
    del base["model"][key]
    with pytest.raises(InputError, match=rf"^model\.{key}: missing, but required with m[12]$"):
        Scenario.from_dict(base)


def test_no_masses(base: dict[str, Any]) -> None:
    del base["model"]["m1"], base["model"]["m2"]
    with pytest.raises(InputError, match=r"^model\.m1: missing; give m1 and m2, or mu and rho$"):
        Scenario.from_dict(base)


@pytest.mark.parametrize(
    "overrides",
    [
        # From behind: the front face looks away, the depth reaches over the interaction point.
        ["detectors.A.position=[0, 0, 1]", "detectors.A.facing=[0, 0, 1]"],
        ["detectors.A.position=[0.1, 0, 1]", "detectors.A.facing=[0, 0, 1]"],  # touches
        ["detectors.A.position=[0, 0, 0]", "detectors.A.facing=beam"],
        ["detectors.A.position=[0, 0, 0]"],
    ],
)
def test_interaction_point_inside(overrides: list[str]) -> None:
    with pytest.raises(InputError, match=r"^detectors\.A\.(position|facing) = "):
        load_scenario("belle2-forward", overrides)


def test_near_the_interaction_point_but_beside() -> None:
    load_scenario("belle2-forward", ["detectors.A.position=[0, 0, 0.001]"])
    load_scenario(
        "belle2-forward", ["detectors.A.position=[0.11, 0, 1]", "detectors.A.facing=[0, 0, 1]"]
    )


def test_strong_coupling_and_stable_state_only_warn() -> None:
    with pytest.warns(UserWarning, match=r"model.g_d = 3.6: above sqrt\(4 pi\) = 3.545"):
        load_scenario("belle2-forward", ["model.g_d=3.6"])
    with pytest.warns(UserWarning, match="does not decay") as caught:
        load_scenario("belle2-forward", ["model.m1=3.651"])
    assert caught[0].filename == __file__, "points at the caller's line"
    load_scenario("belle2-forward", ["model.m1=3.651", "model.ctau_m=3"])
    load_scenario("belle2-forward", ["model.g_d=3.54"])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[model\nkind = 1", r"\(at line 1, column 7\)$"),
        (b'[model]\nkind = "scalar', r"\(at (line 2, column \d+|end of document)\)$"),
        (b"[model]\n[model]", "at line 2"),
        (b"a = \xff", "not UTF-8 at byte 4$"),
        (b"a = " + b"[" * 100_000, "nested too deeply$"),
        (b"a = " + b"9" * 5000, "integer"),
    ],
)
def test_broken_toml(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=reason) as caught:
        load_scenario(path)
    assert str(caught.value).startswith(f"{path}: not valid TOML: ")
    assert "\n" not in str(caught.value)


def test_no_such_scenario(tmp_path: Path) -> None:
    names = ", ".join(builtin_names())
    with pytest.raises(InputError) as caught:
        load_scenario("belle2-forwrd")
    assert str(caught.value) == (
        "no file and no built-in scenario 'belle2-forwrd'; did you mean \"belle2-forward\"?"
        f" built in: {names}"
    )
    for path in (tmp_path / "none.toml", "", "a\0b", "x" * 5000, tmp_path, "\n"):
        with pytest.raises(InputError) as caught:
            load_scenario(path)
        assert str(caught.value).isprintable()
    with pytest.raises(InputError, match="no built-in scenario"):
        builtin_text("/etc/passwd")


def test_signal_boxes_that_overlap_warn() -> None:
    """B, 0.4 m outward of A, moved into it: counted twice if both are signal."""
    inside = {"detectors.B.position": [1.1, 0.0, 7.0]}
    line = "run.signal: detectors A and B overlap; decays in both count twice in the total"
    with pytest.warns(UserWarning, match="overlap") as caught:
        scenario = load_scenario("belle2-forward", {**inside, "run.signal": ["A", "B"]})
    assert [str(each.message) for each in caught] == [line]
    assert checks.overlaps(scenario) == [line]
    # Not where one of them only is counted, nor where they stand apart.
    assert checks.overlaps(load_scenario("belle2-forward", inside)) == []
    assert checks.overlaps(load_scenario("belle2-forward", {"run.signal": ["A", "B"]})) == []


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({}, None),
        ({"plane.g_d": [0.1, 1.0]}, None),
        ({"plane.m2": [3.0, 3.9]}, "plane.m2"),
        ({"plane.hold": "m1"}, "plane.hold"),
        ({"plane.kind": "epsilon-m2", "plane.hold": "m1", "plane.m2": [3.0, 3.6]}, None),
        (
            {"plane.kind": "epsilon-m2", "plane.g_d": [0.1, 1.0], "plane.delta": [0.1, 0.2]},
            "plane.g_d, plane.delta",
        ),
    ],
)
def test_idle_keys_of_the_plane(values: dict[str, object], keys: str | None) -> None:
    scenario = load_scenario("belle2-forward", values)
    expected = [f'not used in the plane "{scenario.plane.kind}": {keys}'] if keys else []
    assert scenario.plane.unused() == expected
