"""Lower bounds on a model's accuracy that follow from an explanation and from norms of what it leaves out.

They hold for exact arithmetic on the stored weights, not for float32 where huge terms cancel, see `certificate`.
"""

from typing import TYPE_CHECKING

from latebloom._lazy import import_on_use
from latebloom.circuits.certificates.measures import ACCURACY_AT_LEAST

if TYPE_CHECKING:
    from latebloom.circuits.certificates.certificate import Certificate, certify, frontier
    from latebloom.circuits.certificates.mixed import Mixed, mixed_of

import_on_use(__name__)

__all__ = ["ACCURACY_AT_LEAST", "Certificate", "Mixed", "certify", "frontier", "mixed_of"]
