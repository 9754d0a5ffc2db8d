"""The stack as Geant4 gets it: nested boxes in cm, the layers that record named by index."""

from collections import Counter
from typing import Any, Final

from wayside.detector.materials import Material, air
from wayside.detector.stack import Stack

PREFIXES: Final = {"F": "film", "G": "gas", "S": "fibre"}
"""Kind of a recording volume by the first letter of its name, which its index follows."""

_LETTERS: Final = {kind: letter for letter, kind in PREFIXES.items()}

CM: Final = 0.1
"""One mm."""

_RECORDS: Final = ["record_deposits"]


def geometry(stack: Stack, margin: float, slabs: int = 1) -> dict[str, Any]:
    """Definition for ``calzone.Geometry``; the world's centre is that of the stack.

    Fibres, shield and the cavity for the blocks are boxes inside each other; every block is a
    volume of its own, so that a particle is looked for among 160 layers and not among 5,000.

    Parameters
    ----------
    stack
        Layers of the detector.
    margin
        Thickness in mm of the air around everything.
    slabs
        Number of slabs that each plate is cut into.
    """
    low, high = stack.outer()
    size = tuple(b - a for a, b in zip(low, high, strict=True))
    world = box_of(tuple(s + 2.0 * margin for s in size), "Air")
    inside = world
    if stack.fibres > 0.0:
        inside["S0"] = box_of(size, stack.fibre_material.name) | {"role": _RECORDS}
        inside = inside["S0"]
    size = tuple(s - 2.0 * stack.fibres for s in size)
    if stack.shield > 0.0:
        inside["Shield"] = box_of(size, stack.shield_material.name)
        inside = inside["Shield"]
    if stack.fibres > 0.0 or stack.shield > 0.0:
        inside["Cavity"] = box_of(tuple(s - 2.0 * stack.shield for s in size), "Air")
        inside = inside["Cavity"]
    for index in range(stack.blocks):
        inside[f"Block{index}"] = _block(stack, index, slabs)
    return {"World": world, "materials": {"mixtures": mixtures(materials(stack))}}


def materials(stack: Stack) -> dict[str, Material]:
    """Materials of everything by name, the air around included."""
    layers = (layer.material for _, layer in stack.block())
    every = (*layers, air(), stack.shield_material, stack.fibre_material)
    return {material.name: material for material in every}


def materials_by_volume(definition: dict[str, Any]) -> dict[str, str]:
    """Names of materials by the name of the volume, without those around it.

    Parameters
    ----------
    definition
        From `geometry`; blocks have layers of the same names and materials.
    """
    names: dict[str, str] = {}
    for name, volume in definition.items():
        if isinstance(volume, dict) and "material" in volume:
            names[name] = volume["material"]
            names |= materials_by_volume(volume)
    return names


def box_of(size: tuple[float, ...], material: str) -> dict[str, Any]:
    """Definition of a box of a size in mm."""
    return {"box": [s * CM for s in size], "material": material}


def _block(stack: Stack, index: int, slabs: int) -> dict[str, Any]:
    x, y = stack.size
    block = box_of((x, y, stack.period), "Air")
    front = index * stack.period
    block["position"] = [0.0, 0.0, (front + 0.5 * stack.period - 0.5 * stack.depth) * CM]
    in_block = Counter(layer.kind for _, layer in stack.block())
    before = Counter({kind: index * count for kind, count in in_block.items()})
    for number, (z, layer) in enumerate(stack.block()):
        if layer.is_absorber:
            thin = layer.thickness / slabs
            for slab in range(slabs):
                volume = box_of((x, y, thin), layer.material.name)
                middle = z + (slab + 0.5) * thin - 0.5 * stack.period
                volume["position"] = [0.0, 0.0, middle * CM]
                block[f"P{number}x{slab}"] = volume
            continue
        name = f"L{number}"
        volume = box_of((x, y, layer.thickness), layer.material.name)
        if layer.is_sensitive:
            name = f"{_LETTERS[layer.kind]}{before[layer.kind]}"
            before[layer.kind] += 1
            volume["role"] = _RECORDS
        volume["position"] = [0.0, 0.0, (z + 0.5 * layer.thickness - 0.5 * stack.period) * CM]
        block[name] = volume
    return block


def mixtures(materials: dict[str, Material]) -> dict[str, Any]:
    """Definitions of materials by name."""
    return {
        name: {
            "density": material.density,
            "state": material.state,
            "composition": {f"G4_{symbol}": w for symbol, w in material.fractions.items()},
        }
        for name, material in materials.items()
    }
