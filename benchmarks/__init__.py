"""How long each part takes, as ratios within one run: `python -m benchmarks` (see `__main__.py`).

Tests of what the parts do stand in `tests/`.
"""
