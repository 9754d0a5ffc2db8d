"""Conformance suites: what Wayside asks of a model, a process, a volume, its own or another's."""

from wayside.testing.models import CHECKS, check_model
from wayside.testing.particles import PARTICLE_CHECKS, check_particle
from wayside.testing.processes import check_process
from wayside.testing.volumes import VOLUME_CHECKS, check_volume

__all__ = [
    "CHECKS",
    "PARTICLE_CHECKS",
    "VOLUME_CHECKS",
    "check_model",
    "check_particle",
    "check_process",
    "check_volume",
]
