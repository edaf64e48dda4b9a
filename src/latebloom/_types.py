"""Axis names, used in every shape annotation of the package.

==================  =================================================================
axis                meaning
==================  =================================================================
``batch``           examples
``pos``             positions of the input sequence
``loss_pos``        positions whose prediction carries loss
``d_vocab``         input vocabulary
``d_vocab_out``     output vocabulary (answer classes)
``d_model``         width of the residual stream
``head``            attention heads
``d_head``          width of one head
``d_mlp``           neurons
``x y z``           the two operands and the answer class, each 0 … p-1
``n``               samples of a periodic function, or length of a Fourier basis
``f``               rows of a Fourier basis
==================  =================================================================

All losses are in nats. Frequencies are whole numbers k, meaning w = 2πk/p.
"""

from collections.abc import Callable, Iterable
from typing import Any

Each = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""`map`, or what does the same in several threads."""
