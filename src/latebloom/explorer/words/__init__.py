"""What the report says in words: about any run by the data it trained on, and about each task that has parts."""

from latebloom.explorer.words.choose import words_of
from latebloom.explorer.words.words import Words

__all__ = ["Words", "words_of"]
