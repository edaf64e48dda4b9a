"""Fourier bases, transforms and spectra of arrays."""

from latebloom.fourier.basis import basis_labels, basis_rows, fourier_basis, frequencies
from latebloom.fourier.directions import phase_directions, phase_waves
from latebloom.fourier.spectrum import energy_by_frequency, gini, rounding_energy
from latebloom.fourier.transform import inverse_transform, transform

__all__ = [
    "basis_labels",
    "basis_rows",
    "energy_by_frequency",
    "fourier_basis",
    "frequencies",
    "gini",
    "inverse_transform",
    "phase_directions",
    "phase_waves",
    "rounding_energy",
    "transform",
]
