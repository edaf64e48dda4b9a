"""The pages of the documentation that hold numbers: one module per page, typed objects in, a template of Markdown out."""
