"""Parts of a stranger's package; importing it registers them."""

from parity_lab import affine, family, recipes, tiger

__all__ = ["affine", "family", "recipes", "tiger"]
