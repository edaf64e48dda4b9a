"""The parts of ``benchmarks/fuzz.py``: odd values, kinds of tries, and the processes that make them."""
