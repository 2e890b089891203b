"""The regression suite of the legacy admin UI: what Solution 801493 says of its screens, clause by clause.

Installed as `planplus_legacy`: pytest --pyargs planplus_legacy (docs/regression-suite.md). Nothing here imports `tests`.
"""
