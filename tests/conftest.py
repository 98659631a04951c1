"""One Hypothesis profile for everybody: the same examples on every machine, however slow it is."""

from importlib.util import find_spec

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.load_profile("ci")

collect_ignore = [] if find_spec("PySAM") else ["model/test_pysam.py"]  # it has no wheel for every Python
