"""Property tests of the model are not timed: the first example of some loads a calendar, and machines are shared."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
