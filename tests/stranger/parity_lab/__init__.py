"""Parts of a stranger's package; importing it registers them."""

from parity_lab import affine, family, lion, recipes

__all__ = ["affine", "family", "lion", "recipes"]
