"""The pages of the documentation that hold numbers: one module per page, objects in, Markdown out."""
